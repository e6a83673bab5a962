#include <array>
#include <string>

#include "../../catch.hpp"
#include <pgsync/commands/diagnosis/catalog_changes.hpp>
#include <pgsync/shape.hpp>

namespace catalog_changes_test {
using namespace pgsync;

struct Line {
    int id;
};
struct Total {
    static constexpr std::string_view table = "total";
    key<int> item_id;
    int amount;
};
struct Item {
    int id;
    has_one<Total, depends_on<Line>> total;
};
struct items : pgsync::index<Item> {};
constexpr std::array<pgsync::compiled_index, 1> all{pgsync::compiled<items>};

constexpr std::uint32_t line_oid = 20;

/// The table that depends_on names has oid 20; the view reads `reads`.
app::catalog_changes look(const app::index_state& state, const std::map<std::uint32_t, std::string>& reads) {
    postgres::shape_report report;
    auto& bound = report.bindings.emplace_back();
    bound.index = all.data();
    for (const auto& route : all[0].routes) {
        auto& each = bound.routes.emplace_back();
        each.table_oid = all[0].shape.nodes[route.node].kind == relation::source ? line_oid : 10;
    }
    postgres::catalog_state catalog;
    catalog.read_by_views["total"] = reads;
    postgres::server_facts server;
    server.version = 90600;  // without publications
    return app::look_for_changes(all, std::array{state}, "s", report, catalog, {}, server);
}

}  // namespace catalog_changes_test

using namespace catalog_changes_test;

TEST_CASE("a view that reads another table is told of at any time") {
    pgsync::app::index_state none;
    auto loading = none;
    loading.exists = true;
    loading.slot = "s";
    auto loaded = loading;
    loaded.loaded = true;
    for (const auto& state : {none, loading, loaded}) {
        const auto misled = look(state, {{21, "public.line_old"}});
        REQUIRE(misled.conditions.size() == 1);
        CHECK(misled.conditions[0].code == "view_misled");
        CHECK(misled.conditions[0].what.find("it reads public.line_old") != std::string::npos);
        CHECK_FALSE(misled.read_again());
        CHECK(look(state, {{line_oid, "public.line"}}).conditions.empty());
    }
}
