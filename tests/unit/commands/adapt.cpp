#include <boost/json.hpp>

#include "../../catch.hpp"
#include <pgsync/commands/adapt.hpp>

using boost::json::object;
using pgsync::app::detail::changed_settings;
using pgsync::app::detail::names_pipeline;

TEST_CASE("of settings only those are set that differ, however they are written") {
    CHECK(changed_settings("", "", {}).empty());
    CHECK(changed_settings(R"({"index":{"a":1,"b":{"c":2}}})", R"({"index.a":1,"b.c":2})", {}).empty());
    CHECK(changed_settings(R"({"a":1,"b":2})", R"({"a":1,"b":3,"c":4})", {}) ==
          object{{"index.b", 3}, {"index.c", 4}});
}

TEST_CASE("a setting that is not declared any more gets the value that it has from the start") {
    const object made{{"gc_deletes", "1h"}, {"refresh_interval", "-1"}, {"number_of_replicas", 0}};
    CHECK(changed_settings(R"({"gc_deletes":"2h","refresh_interval":"5s","number_of_replicas":2,"x":1})", "",
                           made) == object{{"index.gc_deletes", "1h"},
                                           {"index.number_of_replicas", nullptr},
                                           {"index.refresh_interval", nullptr},
                                           {"index.x", nullptr}});
}

TEST_CASE("an index that has its documents pass a pipeline of its own is not indexed again from itself") {
    CHECK_FALSE(names_pipeline({}));
    CHECK_FALSE(names_pipeline({{"index.default_pipeline", "_none"}}));
    CHECK(names_pipeline({{"index.default_pipeline", "p"}}));
    CHECK(names_pipeline({{"index.final_pipeline", "p"}}));
}
