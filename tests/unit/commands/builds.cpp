#include <array>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/commands/builds.hpp>
#include <pgsync/shape.hpp>

namespace builds_test {

struct Guest {
    int id;
    std::string name;
};
struct Host {
    int id;
};
struct guests : pgsync::index<Guest> {};
struct hosts : pgsync::index<Host> {};

pgsync::app::index_state there(const std::string& slot, const std::string& build) {
    pgsync::app::index_state state;
    state.exists = true;
    state.slot = slot;
    state.build = build;
    return state;
}
pgsync::app::index_state missing(const std::string& serving) {
    pgsync::app::index_state state;
    state.serving = serving;
    return state;
}

}  // namespace builds_test

using namespace builds_test;
using pgsync::app::own_slot;
using states = std::vector<pgsync::app::index_state>;

TEST_CASE("the first build has the slot of that name") {
    CHECK(own_slot("base", "0123456789abcdef", states{missing(""), missing("")}) == "base");
}

TEST_CASE("a build goes on with the slot of its indices, whatever it is called") {
    CHECK(own_slot("base", "0123456789abcdef", states{there("other", "0123456789abcdef"), missing("")}) ==
          "other");
    CHECK(own_slot("base", "0123456789abcdef", states{there("other", "of an index fewer"), missing("")}) ==
          "other");
}

TEST_CASE("where another shape serves, a slot is named after the build") {
    CHECK(own_slot("base", "0123456789abcdef", states{missing("guests-1")}) == "base_01234567");
    CHECK(own_slot("base", "0123456789abcdef", states{missing("guests-1"), there("base", "old")}) ==
          "base_01234567");
}

TEST_CASE("an index of another build does not decide where one of this build is there") {
    CHECK(own_slot("base", "0123456789abcdef",
                   states{there("base", "old"), there("base_01234567", "0123456789abcdef")}) ==
          "base_01234567");
}

TEST_CASE("a build is the same in whatever order its indices are named, and another with another shape") {
    using pgsync::compiled;
    const std::array one{compiled<guests>, compiled<hosts>};
    const std::array other{compiled<hosts>, compiled<guests>};
    const std::array fewer{compiled<guests>};
    CHECK(pgsync::app::build_hash(one) == pgsync::app::build_hash(other));
    CHECK(pgsync::app::build_hash(one) != pgsync::app::build_hash(fewer));
}
