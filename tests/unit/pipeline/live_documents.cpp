#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../postgres/contains.hpp"
#include "../postgres/live_database.hpp"
#include <pgsync/catalog/shape_check.hpp>
#include <pgsync/pipeline/document_reader.hpp>
#include <pgsync/shape.hpp>

/// Rows that are legal and odd: no query may fail over them, and the page query and the key query agree.
namespace odd {

using namespace pgsync;

struct Kid {
    std::int64_t id;
    float size;
};
struct Big {
    std::int64_t id;
    has_many<Kid> kids;
    sum<Kid, "size"> total;
    avg<Kid, "size"> mean;
};
struct bigs : pgsync::index<Big> {};

struct Point {
    int id;
    std::optional<pgsync::vector<4>> feature;
    std::optional<range<timestamp>> open;
    std::optional<range<decimal<10, 2>>> prices;
    json_path<std::optional<std::string>, "doc", "a"> a;
    json_path<std::optional<int>, "doc", "n"> n;
    std::vector<std::optional<int>> gaps;
};
struct points : pgsync::index<Point> {};

// The table's name is what a query might have called its own.
struct Above {
    static constexpr std::string_view table = "r";
    key<std::string> id;
};
struct R {
    key<std::string> id;
    ancestors<Above, pluck<"id">> path;
    descendants<Above, pluck<"id">> below;
};
struct trees : pgsync::index<R> {};

struct Upper {
    expression<std::string, "upper(label)"> loud;
};
struct Label {
    static constexpr std::string_view table = "note";
    int id;
    embed<Upper> names;
};
struct labels : pgsync::index<Label> {};

using documents = std::map<std::string, std::string>;

/// All documents of an index, by page and by key, which must be the same.
template <typename Index>
struct reading {
    std::array<compiled_index, 1> indices{compiled<Index>};
    postgres::session connection;
    postgres::shape_report report;
    postgres::document_reader reader;

    explicit reading(const live_database& database)
        : connection(database.open()),
          report(postgres::check_shapes(indices, connection)),
          reader(connection, report.bindings) {
        for (const auto& finding : report.findings) FAIL_CHECK(finding);
        REQUIRE(report.findings.empty());
    }
    documents all() {
        documents paged;
        std::optional<std::string> after;
        while (const auto page = reader.next_page(0, 2, after)) {
            reader.by_page(0, *page, [&](const postgres::read_document& document) {
                paged[std::string(document.id)] = document.json;
            });
            after = page->last;
        }
        std::vector<std::string> keys;
        for (const auto& [id, json] : paged) keys.push_back(id);
        documents fetched;
        reader.by_keys(0, keys, [&](const postgres::read_document& document) {
            fetched[std::string(document.id)] = document.json;
        });
        CHECK(paged == fetched);
        return paged;
    }
    std::vector<std::string> owners(std::size_t route, std::vector<std::string> links) {
        std::vector<std::string> found;
        reader.owners(0, route, links, 100, [&](std::string_view id) { found.emplace_back(id); });
        std::sort(found.begin(), found.end());
        return found;
    }
};

}  // namespace odd

using odd::documents;

TEST_CASE("live documents whose key is wider than a child's foreign key, and sums too large for a float",
          "[.][postgres][documents]") {
    const live_database database;
    database.open().exec(
        "CREATE TABLE big (id bigint PRIMARY KEY); CREATE TABLE kid (id bigint PRIMARY KEY, big_id int, size "
        "real);"
        "INSERT INTO big VALUES (1), (3000000000), (9223372036854775807);"
        "INSERT INTO kid VALUES (1, 1, 3e38), (2, 1, 3e38), (3, 1, 0.5)");
    const auto found = odd::reading<odd::bigs>(database).all();
    REQUIRE(found.size() == 3);
    CHECK_THAT(found.at("1"), contains("\"total\":6"));
    CHECK_THAT(found.at("3000000000"), contains("\"kids\":[],\"total\":0,\"mean\":null"));
}

TEST_CASE("live sums of doubles that overflow, are infinite or no number", "[.][postgres][documents]") {
    const live_database database;
    database.open().exec(
        "CREATE TABLE big (id bigint PRIMARY KEY); CREATE TABLE kid (id bigint PRIMARY KEY, big_id int, size "
        "real);"
        "INSERT INTO big VALUES (1), (2), (3);"
        "INSERT INTO kid VALUES (1, 1, 'Infinity'), (2, 1, 1), (3, 2, 'NaN'), (4, 2, 1), (5, 3, 0.25), (6, "
        "3, 0.5)");
    const auto found = odd::reading<odd::bigs>(database).all();
    CHECK_THAT(found.at("1"), contains("\"total\":\"Infinity\""));
    CHECK_THAT(found.at("2"), contains("\"total\":\"NaN\""));
    CHECK_THAT(found.at("3"), contains("\"total\":0.75,\"mean\":0.375"));
}

TEST_CASE("live values that no index takes, and json that PostgreSQL cannot take apart",
          "[.][postgres][documents]") {
    const live_database database;
    database.open().exec(
        "CREATE TABLE point (id int PRIMARY KEY, feature real[], open tsrange, prices numrange, doc json, "
        "gaps int[]);"
        R"(INSERT INTO point VALUES
           (1, '{{1,2},{3,4}}', '[-infinity,9999-12-31 23:59:59]', '(1.00000000000000000001,1.00000000000000000002)',
            '{"a":"x","b":"\u0000"}', '{1,NULL}'),
           (2, '{1,2,3,NULL}', '[294276-12-31 23:59:59.999999,)', ')"
        "[-1e400,1e400]"
        R"(', '{"a":"\ud83d\ude00","n":7}', '{}'),
           (3, '[0:3]={1,2,3,4}', '(2024-01-01 00:00:00.0001,2024-01-01 00:00:00.0002)', 'empty',
            '{"a":"\ud800"}', NULL),
           (4, '{1,2,3,Infinity}', '(,)', '[1,NaN]', '{"a":"\\u0000 \\\\u0000","n":1.5}', '{3}'),
           (5, NULL, NULL, NULL, '{"a":{"b":[1]},"n":"7"}', NULL))");
    const auto found = odd::reading<odd::points>(database).all();
    REQUIRE(found.size() == 5);
    CHECK(
        found.at("1") ==
        R"({"id":1,"feature":null,"open":{"lte":"9999-12-31T23:59:59"},)"
        R"("prices":{"gte":1.00000000000000000001,"lte":1.00000000000000000002},"a":null,"n":null,"gaps":[1,null]})");
    CHECK(found.at("2") ==
          R"({"id":2,"feature":null,"open":{},"prices":{},"a":"\ud83d\ude00","n":7,"gaps":[]})");
    CHECK(
        found.at("3") ==
        R"({"id":3,"feature":[1,2,3,4],"open":{"gte":"2024-01-01T00:00:00.0001","lte":"2024-01-01T00:00:00.0002"},)"
        R"("prices":null,"a":null,"n":null,"gaps":null})");
    CHECK(found.at("4") == R"({"id":4,"feature":null,"open":{},"prices":{"gte":1},)"
                           R"("a":"\\u0000 \\\\u0000","n":1.5,"gaps":[3]})");
    CHECK(found.at("5") ==
          R"({"id":5,"feature":null,"open":null,"prices":null,"a":"{\"b\":[1]}","n":null,"gaps":null})");
}

TEST_CASE("live self-reference over text of another collation, in a table called r",
          "[.][postgres][documents]") {
    const live_database database;
    database.open().exec(
        "CREATE TABLE r (id varchar(10) COLLATE \"C\" PRIMARY KEY, parent_id text COLLATE \"C\");"
        "INSERT INTO r VALUES ('a', NULL), ('b', 'a'), ('c', 'b'), ('d', 'b'), ('x', 'y'), ('y', 'x')");
    odd::reading<odd::trees> reading(database);
    const auto found = reading.all();
    CHECK(found.at("c") == R"({"id":"c","path":["a", "b"],"below":[]})");
    CHECK(found.at("a") == R"({"id":"a","path":[],"below":["b", "c", "d"]})");
    CHECK(found.at("x") == R"({"id":"x","path":["y"],"below":["y"]})");
    // A row above: everything below it. A row below: everything above its parent, old or new.
    CHECK(reading.owners(1, {"b"}) == std::vector<std::string>{"c", "d"});
    CHECK(reading.owners(2, {"b"}) == std::vector<std::string>{"a", "b"});
    CHECK(reading.owners(1, {"x"}) == std::vector<std::string>{"x", "y"});
    CHECK(reading.owners(1, {"gone"}).empty());
}

TEST_CASE("an expression inside an embedded struct makes every column of the row count") {
    CHECK(pgsync::uses_any_column(pgsync::shape_of<odd::Label>, pgsync::shape_of<odd::Label>.root()));
    CHECK_FALSE(pgsync::uses_any_column(pgsync::shape_of<odd::Kid>, pgsync::shape_of<odd::Kid>.root()));
}

TEST_CASE("live SQL of the user's that does not run, or reads other tables, is told by its member",
          "[.][postgres][documents]") {
    const live_database database;
    auto session = database.open();
    session.exec("CREATE TABLE note (id int PRIMARY KEY, name text)");
    const std::array<pgsync::compiled_index, 1> indices{pgsync::compiled<odd::labels>};
    const auto report = pgsync::postgres::check_shapes(indices, session);
    REQUIRE(report.findings.size() == 1);
    CHECK_THAT(report.findings[0], contains("the expression of member \"loud\""));
    CHECK_THAT(report.findings[0], contains("column \"label\" does not exist"));
}

TEST_CASE("a check of live shapes that the server has no time for is no finding",
          "[.][postgres][documents]") {
    const live_database database;
    auto holder = database.open();
    auto session = database.open();
    holder.exec(
        "CREATE TABLE note (id int PRIMARY KEY, label text); CREATE TABLE big (id bigint PRIMARY KEY); "
        "CREATE TABLE kid (id bigint PRIMARY KEY, big_id int, size real)");
    holder.exec("BEGIN; LOCK TABLE note, kid IN ACCESS EXCLUSIVE MODE");
    session.exec("SET lock_timeout = 1");
    // The first fails at an expression, the second at a whole query.
    for (const auto& index : {pgsync::compiled<odd::labels>, pgsync::compiled<odd::bigs>}) {
        CAPTURE(index.name);
        const std::array indices{index};
        try {
            (void)pgsync::postgres::check_shapes(indices, session);
            FAIL_CHECK("it waited for no lock");
        } catch (const pgsync::error& problem) {
            CHECK(problem.code() == pgsync::errc::busy);
        }
    }
}
