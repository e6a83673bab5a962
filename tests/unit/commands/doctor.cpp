#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "../../catch.hpp"
#include <pgsync/base/finding.hpp>
#include <pgsync/commands/diagnosis/check_cluster.hpp>
#include <pgsync/commands/diagnosis/check_index.hpp>
#include <pgsync/commands/diagnosis/check_rows.hpp>
#include <pgsync/commands/diagnosis/check_tables.hpp>
#include <pgsync/shape.hpp>

using namespace pgsync::app;
using boost::json::parse;
using boost::json::value;
using strings = std::vector<std::string>;

namespace {

strings drifts(std::string_view wanted, std::string_view there) {
    std::vector<detail::field_drift> found;
    strings path;
    detail::compare_fields(parse(wanted).as_object(), parse(there).as_object(), path, found);
    strings out;
    for (const auto& each : found) out.push_back((each.missing ? "-" : "") + each.name() + " " + each.what);
    return out;
}

pgsync::postgres::table_facts table_with_key() {
    pgsync::postgres::table_facts out;
    out.schema = "app";
    out.name = "line";
    for (const auto* name : {"id", "book_id", "note"}) {
        pgsync::postgres::column_facts column;
        column.name = name;
        column.not_null = column.name != "note";
        out.columns.push_back(column);
    }
    out.primary_key = {"id"};
    pgsync::postgres::index_facts key;
    key.name = "line_pkey";
    key.columns = {"id"};
    key.primary = key.unique = key.valid = key.immediate = key.all_not_null = true;
    out.indexes.push_back(key);
    return out;
}

}  // namespace

TEST_CASE("a mapping as the shape has it, in the words of any cluster, has not drifted") {
    CHECK(
        drifts(
            R"({"a":{"type":"integer"},"o":{"properties":{"b":{"type":"keyword","ignore_above":8191}}}})",
            R"({"a":{"type":"integer"},"o":{"properties":{"b":{"type":"keyword","ignore_above":8191}}},"more":{"type":"long"}})")
            .empty());
    // What is a default need not be repeated, and numbers and booleans may be text.
    CHECK(drifts(R"({"a":{"type":"object","enabled":false},"b":{"type":"long","index":true}})",
                 R"({"a":{"type":"object","enabled":"false"},"b":{"type":"long"}})")
              .empty());
    // A cluster that knows no vectors.
    CHECK(drifts(R"({"v":{"type":"knn_vector","dimension":3}})", R"({"v":{"type":"float","index":false}})")
              .empty());
}

TEST_CASE("a date range is what the cluster's version can have") {
    const auto* with = R"({"r":{"type":"date_range","format":"strict_date_optional_time"}})";
    const auto* without = R"({"r":{"type":"date_range"}})";
    CHECK(drifts(with, with).empty());
    CHECK(drifts(without, without).empty());
    // Made by a version that cannot, kept by one that can; and the other way round.
    CHECK(drifts(with, without).empty());
    CHECK(drifts(with, R"({"r":{"type":"object","enabled":false}})").empty());
    CHECK(drifts(without, with) ==
          strings{"r has a format, over which this version of the cluster loses shards"});
}

TEST_CASE("what has drifted is told with its path") {
    CHECK(
        drifts(R"({"a":{"type":"integer"},"o":{"properties":{"b":{"type":"keyword"},"c":{"type":"date"}}}})",
               R"({"a":{"type":"text"},"o":{"properties":{"b":{"type":"keyword"}}}})") ==
        strings{"a is of type text, not integer", "-o.c is missing"});
    CHECK(drifts(R"({"a":{"type":"date","ignore_malformed":true}})", R"({"a":{"type":"date"}})") ==
          strings{"a ignore_malformed is not set, not true"});
    CHECK(drifts(R"({"a":{"type":"text","analyzer":"english"}})",
                 R"({"a":{"type":"text","analyzer":"french"}})") ==
          strings{"a analyzer is french, not english"});
    CHECK(drifts(R"({"a":{"type":"text","fields":{"keyword":{"type":"keyword"}}}})",
                 R"({"a":{"type":"text"}})") == strings{"-a lacks its field \"keyword\""});
    CHECK(drifts(R"({"o":{"properties":{"b":{"type":"long"}}}})", R"({"o":{"type":"keyword"}})") ==
          strings{"o is of type keyword, not object"});
}

TEST_CASE("a missing field is put where it belongs") {
    std::vector<detail::field_drift> found;
    strings path;
    detail::compare_fields(
        parse(R"({"o":{"properties":{"p":{"properties":{"c":{"type":"date"}}}}}})").as_object(),
        parse(R"({"o":{"properties":{"p":{"properties":{}}}}})").as_object(), path, found);
    REQUIRE(found.size() == 1);
    CHECK(detail::mapping_of_field(found[0]) ==
          parse(R"({"properties":{"o":{"properties":{"p":{"properties":{"c":{"type":"date"}}}}}}})")
              .as_object());
}

TEST_CASE("watermarks are shares of what is used, or bytes that are free") {
    using detail::beyond_watermark;
    CHECK(beyond_watermark("85%", "", 100, 14) == true);
    CHECK(beyond_watermark("85%", "", 100, 16) == false);
    CHECK(beyond_watermark("0.85", "", 100, 14) == true);
    CHECK(beyond_watermark("10gb", "", 100ULL << 30U, 9ULL << 30U) == true);
    CHECK(beyond_watermark("10gb", "", 100ULL << 30U, 11ULL << 30U) == false);
    // On a huge disk a share alone would be far too much.
    CHECK(beyond_watermark("85%", "200gb", 10'000ULL << 30U, 1'000ULL << 30U) == false);
    CHECK(beyond_watermark("85%", "200gb", 10'000ULL << 30U, 100ULL << 30U) == true);
    CHECK(beyond_watermark("85%", "-1", 100, 14) == true);
    CHECK(beyond_watermark("", "", 100, 14) == std::nullopt);
    CHECK(beyond_watermark("much", "", 100, 14) == std::nullopt);
    CHECK(detail::milliseconds_of("60m") == detail::milliseconds_of("1h"));
    CHECK(detail::milliseconds_of("soon") == std::nullopt);
}

TEST_CASE("a table of which nothing is known is as large as its file says") {
    CHECK(detail::about_rows(-1, 0) == 0);
    CHECK(detail::about_rows(0, 1'000'000) == 10'000);
    CHECK(detail::about_rows(7, 1'000'000) == 7);
}

TEST_CASE("findings are told with the worst first, and advice alone is in order") {
    const finding advice{severity::advice, "a", "one", "because", {by_command("sync")}};
    const finding grave{severity::error,
                        "b",
                        "two\nlines",
                        "why",
                        {by_sql("SELECT 1"), by_request("PUT /x/_settings", {{"index", nullptr}})}};
    const auto both = report_of({advice, grave}, "shop");
    CHECK_FALSE(both.in_order);
    CHECK(both.text ==
          "error: two\nlines\n  why\n    SELECT 1;\n    PUT /x/_settings {\"index\":null}\n\n"
          "advice: one\n  because\n    shop sync\n\n"
          "1 error, 0 warnings, 1 of advice\n");
    const auto told = parse(both.json);
    CHECK(told.at("findings").at(0).at("remedy") ==
          value({{{"sql", "SELECT 1"}},
                 {{"request",
                   {{"method", "PUT"}, {"path", "/x/_settings"}, {"body", {{"index", nullptr}}}}}}}));
    CHECK(report_of({advice}, "shop").in_order);
    CHECK(report_of({}, "shop").text == "nothing found\n");
}

namespace nullable_test {
struct Line {
    pgsync::key<int> id;
};
struct Book {
    pgsync::key<int> id;
    pgsync::has_many<Line> lines;
};
struct books : pgsync::index<Book> {};
}  // namespace nullable_test

TEST_CASE("keys that may be null are told: of a root as advice, of a list as a warning") {
    const std::array indices{pgsync::compiled<nullable_test::books>};
    std::vector<std::optional<pgsync::postgres::table_facts>> tables{table_with_key(), table_with_key()};
    CHECK(detail::nullable_keys(indices, tables).empty());
    tables[0]->columns[0].not_null = false;
    const auto of_root = detail::nullable_keys(indices, tables);
    REQUIRE(of_root.size() == 1);
    CHECK(of_root[0].how_bad == severity::advice);
    CHECK(of_root[0].why == "a row where it is null has no document");
    CHECK(of_root[0].remedy[0].text == "ALTER TABLE \"app\".\"line\" ALTER COLUMN \"id\" SET NOT NULL");
    tables[0]->columns[0].not_null = true;
    tables[1]->columns[0].not_null = false;
    const auto of_list = detail::nullable_keys(indices, tables);
    REQUIRE(of_list.size() == 1);
    CHECK(of_list[0].how_bad == severity::warning);
    tables[1]->kind = 'v';  // of whose columns nothing is known
    CHECK(detail::nullable_keys(indices, tables).empty());
}

TEST_CASE("an encoding that takes any byte is told") {
    CHECK(detail::encodings("UTF8").empty());
    CHECK(detail::encodings("LATIN1").empty());
    CHECK(detail::encodings("SQL_ASCII").size() == 1);
}
