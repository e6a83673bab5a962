#include <optional>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../postgres/contains.hpp"
#include <pgsync/commands/diagnosis/check_partitions.hpp>
#include <pgsync/commands/setup/setup.hpp>

using namespace pgsync::app;
namespace postgres = pgsync::postgres;
using strings = std::vector<std::string>;

namespace {

/// app.line (id, cart_id, total), its primary key on id; cart_id is needed.
postgres::table_facts line_table(bool generated) {
    postgres::table_facts out;
    out.oid = 7;
    out.schema = "app";
    out.name = "line";
    out.owned = true;
    for (const auto* name : {"id", "cart_id", "total"}) {
        postgres::column_facts column;
        column.name = name;
        column.not_null = true;
        column.length = 8;
        column.base_name = "int8";
        column.base_schema = "pg_catalog";
        out.columns.push_back(column);
    }
    out.columns[2].generated = generated;
    postgres::index_facts key;
    key.name = "line_pkey";
    key.method = "btree";
    key.columns = {"id"};
    key.primary = key.unique = key.valid = key.immediate = key.all_not_null = true;
    out.indexes.push_back(key);
    postgres::detail::resolve_identity(out);
    return out;
}
postgres::shape_report report_of_line(bool generated = true) {
    postgres::shape_report out;
    out.tables.push_back({7, "\"app\".\"line\"", true, {}});
    out.identities.push_back({line_table(generated), {"cart_id"}});
    return out;
}
postgres::server_facts server_of(int version) {
    postgres::server_facts out;
    out.version = version;
    out.may_create_in_database = true;
    return out;
}
postgres::publication_facts publication_of_line() {
    postgres::publication_facts out;
    out.owned = true;
    out.publishes_insert = out.publishes_update = out.publishes_delete = out.publishes_truncate = true;
    out.tables = out.published = {7};
    out.names = {"\"app\".\"line\""};
    return out;
}
std::vector<setup_step> steps_of(const postgres::shape_report& report,
                                 const std::optional<postgres::publication_facts>& publication, int version) {
    return setup_steps(report, publication, postgres::slot_facts(), "shop", server_of(version));
}
strings sql_of(const std::vector<setup_step>& steps) {
    strings out;
    for (const auto& each : steps) out.push_back(each.sql);
    return out;
}

const std::string marked = R"(; COMMENT ON PUBLICATION "shop" IS 'made by pgsync')";
const std::string full = R"(ALTER TABLE "app"."line" REPLICA IDENTITY FULL)";
const std::string publish_stored = R"(ALTER PUBLICATION "shop" SET (publish_generated_columns = stored))";

}  // namespace

TEST_CASE("identities come before a new publication", "[setup]") {
    CHECK(sql_of(steps_of(report_of_line(), std::nullopt, 150000)) ==
          strings{full, R"(CREATE PUBLICATION "shop" FOR TABLE "app"."line")" + marked});
    // A generated column may come later, too.
    for (const bool generated : {true, false}) {
        CHECK(
            sql_of(steps_of(report_of_line(generated), std::nullopt, 180000)) ==
            strings{
                full,
                R"(CREATE PUBLICATION "shop" FOR TABLE "app"."line" WITH (publish_generated_columns = stored))" +
                    marked});
    }
}

TEST_CASE("what of a publication has updates refused goes before identities change", "[setup]") {
    auto publication = publication_of_line();
    CHECK(sql_of(steps_of(report_of_line(), publication, 180000)) == strings{publish_stored, full});
    CHECK(sql_of(steps_of(report_of_line(false), publication, 180000)) == strings{full});
    publication.stored_generated = true;
    CHECK(sql_of(steps_of(report_of_line(), publication, 180000)) == strings{full});
    publication.narrowed = {7};
    CHECK(sql_of(steps_of(report_of_line(), publication, 150000)) ==
          strings{R"(ALTER PUBLICATION "shop" DROP TABLE "app"."line")", full,
                  R"(ALTER PUBLICATION "shop" ADD TABLE "app"."line")"});
    publication.narrowed.clear();
    publication.publishes_update = false;
    CHECK(sql_of(steps_of(report_of_line(), publication, 150000)) ==
          strings{full, R"(ALTER PUBLICATION "shop" SET (publish = 'insert, update, delete, truncate'))"});
}

TEST_CASE("what this role may not do is for an administrator, and what it may is no reason to refuse",
          "[setup]") {
    const auto report = report_of_line();
    auto steps = steps_of(report, publication_of_line(), 150000);
    REQUIRE(steps.size() == 1);
    steps[0].own = true;
    CHECK_NOTHROW(refuse_missing(steps));
    steps[0].own = false;
    CHECK_THROWS_WITH(refuse_missing(steps), contains("this role may not change that"));
}

TEST_CASE("what would have writes refused is refused before anything is done", "[setup]") {
    auto report = report_of_line();
    CHECK(impossible_setup(report, std::nullopt, "shop", 180000).empty());
    report.publications.push_back({7, "theirs", true, true, false, strings{"id"}, {}});
    REQUIRE(impossible_setup(report, std::nullopt, "shop", 150000).size() == 1);
    CHECK_THROWS_AS(refuse_impossible(report, std::nullopt, "shop", 150000), pgsync::error);
    CHECK_THROWS_AS(warn_impossible(report, "shop", 150000), pgsync::error);
    // Our own publication is made wider, and counts for nothing here.
    report.publications[0].name = "shop";
    CHECK(impossible_setup(report, std::nullopt, "shop", 150000).empty());
    // Nothing is missing, and the application alone suffers: what follows goes on.
    report.publications.clear();
    auto& table = report.identities[0].table;
    table.replica_identity = 'f';
    table.columns[1].not_null = false;
    table.indexes.clear();
    table.columns[2].virtual_generated = true;
    postgres::detail::resolve_identity(table);
    CHECK(impossible_setup(report, std::nullopt, "shop", 180000).size() == 1);
    CHECK_NOTHROW(warn_impossible(report, "shop", 180000));
}

TEST_CASE("a publication is not widened over tables that nobody has looked at", "[setup]") {
    auto publication = publication_of_line();
    publication.publishes_update = false;
    CHECK(impossible_setup(report_of_line(), publication, "shop", 150000).empty());
    publication.published.push_back(8);
    publication.names.emplace_back("\"app\".\"other\"");
    const auto found = impossible_setup(report_of_line(), publication, "shop", 150000);
    REQUIRE(found.size() == 1);
    CHECK(found[0].why.find("\"app\".\"other\"") != std::string::npos);
    CHECK(found[0].remedy.find("take those tables from the publication") != std::string::npos);
    publication.all_tables = true;
    CHECK(impossible_setup(report_of_line(), publication, "shop", 150000)[0].remedy.find(
              "ALTER PUBLICATION \"shop\" SET (publish = 'insert, update, delete, truncate')") !=
          std::string::npos);
    publication.publishes_update = true;
    CHECK(impossible_setup(report_of_line(), publication, "shop", 150000).empty());
}

TEST_CASE("a partitioned table without a key that identifies is told, until something hands one down",
          "[setup]") {
    auto table = line_table(false);
    CHECK(partition_finding(table, true, false).empty());
    table.kind = 'p';
    CHECK(partition_finding(table, true, false).empty());
    table.indexes[0].immediate = false;
    const auto found = partition_finding(table, true, false);
    REQUIRE(found.size() == 1);
    CHECK(found[0].remedy.size() == 4);  // by hand; function, trigger, table
    CHECK(found[0].remedy[3].text == full);
    CHECK(partition_finding(table, true, true).at(0).remedy.size() == 2);
    CHECK(partition_finding(table, false, true).at(0).remedy.size() == 1);  // whole rows do not fit
    table.replica_identity = 'f';
    CHECK(partition_finding(table, true, true).empty());
    CHECK(partition_finding(table, true, false).size() == 1);
    CHECK(partition_finding(table, false, true).size() == 1);
}
