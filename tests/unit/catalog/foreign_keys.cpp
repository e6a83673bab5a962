#include "../../catch.hpp"
#include <pgsync/catalog/foreign_keys.hpp>

using namespace pgsync::postgres;
using pairs = std::vector<column_pair>;

namespace {

constexpr std::uint32_t chair = 1;
constexpr std::uint32_t room = 2;

bool contradicts(const std::vector<foreign_key_facts>& keys, const pairs& joined, std::uint32_t one = room,
                 std::uint32_t other = chair) {
    return contradicting_key(keys, one, other, joined) != nullptr;
}

}  // namespace

TEST_CASE("a foreign key contradicts a join that pairs its columns otherwise", "[foreign_keys]") {
    const std::vector<foreign_key_facts> keys{
        {"fk", chair, room, {{"room_house", "house"}, {"room_number", "number"}}}};
    const pairs right{{"house", "room_house"}, {"number", "room_number"}};
    const pairs turned{{"number", "room_number"}, {"house", "room_house"}};
    const pairs crossed{{"number", "room_house"}, {"house", "room_number"}};
    CHECK_FALSE(contradicts(keys, right));
    CHECK_FALSE(contradicts(keys, turned));
    CHECK(contradicts(keys, crossed));
    CHECK(contradicting_key(keys, room, chair, crossed)->name == "fk");
    // From the row that has the foreign key.
    CHECK_FALSE(contradicts(keys, {{"room_house", "house"}, {"room_number", "number"}}, chair, room));
    CHECK(contradicts(keys, {{"room_house", "number"}, {"room_number", "house"}}, chair, room));
    // Of other tables.
    CHECK_FALSE(contradicts(keys, crossed, room, 3));
}

TEST_CASE("a foreign key counts where all its columns are joined, and one that agrees is enough",
          "[foreign_keys]") {
    const foreign_key_facts narrow{"narrow", chair, room, {{"a", "x"}, {"b", "y"}}};
    const pairs wide_crossed{{"y", "a"}, {"x", "b"}, {"z", "c"}};
    CHECK(contradicts({narrow}, wide_crossed));
    CHECK_FALSE(contradicts({narrow}, {{"x", "b"}, {"z", "c"}}));
    const foreign_key_facts other{"other", chair, room, {{"a", "y"}, {"b", "x"}}};
    CHECK_FALSE(contradicts({narrow, other}, wide_crossed));
    CHECK_FALSE(contradicts({other, narrow}, wide_crossed));
    CHECK_FALSE(contradicts({}, wide_crossed));
}

TEST_CASE("a table that refers to itself is joined in either direction", "[foreign_keys]") {
    const std::vector<foreign_key_facts> keys{{"up", room, room, {{"house", "house"}, {"parent", "number"}}}};
    CHECK_FALSE(contradicts(keys, {{"house", "house"}, {"parent", "number"}}, room, room));
    CHECK_FALSE(contradicts(keys, {{"house", "house"}, {"number", "parent"}}, room, room));
    CHECK(contradicts(keys, {{"house", "number"}, {"parent", "house"}}, room, room));
}
