#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "../../catch.hpp"
#include <pgsync/shape.hpp>
#include <pgsync/store/index_state.hpp>

namespace index_state_test {

struct Guest {
    int id;
    std::string name;
};
struct plain_guests : pgsync::index<Guest> {};
struct tuned_guests : pgsync::index<Guest> {
    static constexpr std::string_view settings =
        R"({"index":{"number_of_shards":3},"index.refresh_interval":"5s","number_of_replicas":2,"analysis":{"a":1}})";
    static constexpr std::string_view mapping =
        R"({"dynamic":"strict","_meta":{"team":"travel"},"properties":{"name":{"boost":2},"extra":{"type":"long"}}})";
};

}  // namespace index_state_test

namespace index_state_test {

pgsync::app::index_state slot_state() {
    pgsync::app::index_state state;
    state.slot = "slot";
    return state;
}

}  // namespace index_state_test

using namespace index_state_test;
using boost::json::value;

TEST_CASE("an index's own settings go into its creation, but for what would slow the load down") {
    const auto body = pgsync::app::creation_body(pgsync::compiled<tuned_guests>, slot_state());
    CHECK(body.at("settings").at("index") == value({{"gc_deletes", "1h"},
                                                    {"number_of_shards", 3},
                                                    {"refresh_interval", "-1"},
                                                    {"number_of_replicas", 0},
                                                    {"analysis", {{"a", 1}}}}));
    CHECK(pgsync::app::serving_settings(pgsync::compiled<tuned_guests>) ==
          value({{"index", {{"refresh_interval", "5s"}, {"number_of_replicas", 2}}}}).as_object());
    CHECK(pgsync::app::serving_settings(pgsync::compiled<plain_guests>) ==
          value({{"index", {{"refresh_interval", nullptr}, {"number_of_replicas", nullptr}}}}).as_object());
}

TEST_CASE("an index's own mapping is merged into what its shape makes") {
    const auto mappings =
        pgsync::app::creation_body(pgsync::compiled<tuned_guests>, slot_state()).at("mappings");
    CHECK(mappings.at("dynamic") == "strict");
    CHECK(mappings.at("properties").at("name").at("type") == "text");
    CHECK(mappings.at("properties").at("name").at("boost") == 2);
    CHECK(mappings.at("properties").at("extra") == value({{"type", "long"}}));
    CHECK(mappings.at("_meta").at("team") == "travel");
    CHECK(mappings.at("_meta").at("pgsync").at("slot") == "slot");
    CHECK(pgsync::app::creation_body(pgsync::compiled<plain_guests>, slot_state())
              .at("mappings")
              .at("dynamic") == false);
}

TEST_CASE("what an index says of itself makes it another index") {
    CHECK(pgsync::app::shape_hash(pgsync::compiled<plain_guests>) !=
          pgsync::app::shape_hash(pgsync::compiled<tuned_guests>));
}

TEST_CASE("an index that is made beside another says so by an alias of its own") {
    auto state = slot_state();
    const auto names = pgsync::app::names_of(pgsync::compiled<plain_guests>);
    CHECK(pgsync::app::creation_body(pgsync::compiled<plain_guests>, state).at("aliases") ==
          value({{names.write_alias, boost::json::object{}}}));
    state.beside = true;
    CHECK(pgsync::app::creation_body(pgsync::compiled<plain_guests>, state).at("aliases") ==
          value({{names.write_alias, boost::json::object{}}, {names.new_alias, boost::json::object{}}}));
}

TEST_CASE("a load that was interrupted remembers how much of it is done") {
    pgsync::app::index_state state;
    state.loaded_rows = 1'234;
    const auto mine = [&] {
        return pgsync::app::meta_of(pgsync::compiled<plain_guests>, state).at("pgsync").as_object();
    };
    CHECK(mine().if_contains("loaded_rows") == nullptr);
    state.loaded_until = "77";
    CHECK(mine().at("loaded_rows").to_number<int>() == 1'234);
}
