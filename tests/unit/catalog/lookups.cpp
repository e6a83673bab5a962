#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/catalog/lookups.hpp>
#include <pgsync/shape.hpp>

namespace lookups_test {
using namespace pgsync;

// clang-format off
struct Author { int id; std::string name; };
struct Tag    { int id; std::string name; };
struct Line   { key<int> book_id; key<int> number; std::string text; };
struct Stat   { key<int> book_id; int readers; };
struct Loan   { int id; };
struct Book {
    int id;
    belongs_to<Author>                                                             author;
    has_many<Line>                                                                 lines;
    has_many<Tag, through<"book_tag", foreign_key<"book_id">, foreign_key<"tag_id">>> tags;
    has_one<Stat, depends_on<Loan>>                                                stat;
};
struct Part   {
    key<int> region, number;
    belongs_to<Author, foreign_key<"a_region", "a_number">, references<"region", "id">> author;
};
// clang-format on
struct books : pgsync::index<Book> {};
struct parts : pgsync::index<Part> {};

struct Child {
    static constexpr std::string_view table = "node";
    int id;
};
struct Node {
    int id;
    pgsync::descendants<Child, pgsync::foreign_key<"upper_id">> below;
};
struct nodes : pgsync::index<Node> {};

using pgsync::postgres::coverage, pgsync::postgres::index_facts, pgsync::postgres::lookup,
    pgsync::postgres::table_facts;

std::vector<std::string> told(const pgsync::compiled_index& index) {
    std::vector<std::string> out;
    for (const auto& each : pgsync::postgres::lookups_of(index)) {
        std::string text(index.shape.nodes[each.node].table);
        for (const auto& column : each.columns) text += " " + column;
        out.push_back(text + (each.for_documents ? " documents" : "") + (each.for_owners ? " owners" : ""));
    }
    std::sort(out.begin(), out.end());
    return out;
}

index_facts index_on(std::vector<std::string> columns, bool unique = false) {
    index_facts out;
    out.name = "an_index";
    out.method = "btree";
    out.columns = std::move(columns);
    out.valid = out.immediate = true;
    out.unique = unique;
    return out;
}
table_facts table(std::string name, std::vector<index_facts> indexes, char kind = 'r') {
    table_facts out;
    out.schema = "app";
    out.name = std::move(name);
    out.kind = kind;
    out.indexes = std::move(indexes);
    return out;
}

}  // namespace lookups_test

using namespace lookups_test;
using strings = std::vector<std::string>;

TEST_CASE("look-ups go down to what a document holds and up to whom a row concerns") {
    CHECK(told(pgsync::compiled<books>) == strings{"author id documents", "book author_id owners",
                                                   "book_tag book_id documents", "book_tag tag_id owners",
                                                   "line book_id documents", "stat book_id documents",
                                                   "tag id documents"});
    CHECK(told(pgsync::compiled<parts>) ==
          strings{"author region id documents", "part a_region a_number owners"});
    // Up and down a self-reference.
    const auto below = told(pgsync::compiled<nodes>);
    CHECK(std::find(below.begin(), below.end(), "node upper_id documents") != below.end());
    CHECK(std::find(below.begin(), below.end(), "node id owners") != below.end());
}

TEST_CASE("an index covers a look-up when it begins with its columns or leaves one row") {
    using pgsync::postgres::covered;
    const strings both{"a", "b"};
    CHECK(covered(table("t", {index_on({"b", "a", "c"})}), both) == coverage::full);
    CHECK(covered(table("t", {index_on({"a"}, true)}), both) == coverage::full);
    CHECK(covered(table("t", {index_on({"a"})}), both) == coverage::partly);
    CHECK(covered(table("t", {index_on({"c", "a", "b"})}), both) == coverage::none);
    CHECK(covered(table("t", {}), both) == coverage::none);
    auto broken = index_on({"a", "b"});
    broken.valid = false;
    CHECK(covered(table("t", {broken}), both) == coverage::none);
    auto half = index_on({"a", "b"});
    half.partial = true;
    CHECK(covered(table("t", {half}), both) == coverage::none);
    auto other = index_on({"a"});
    other.method = "gin";
    CHECK(covered(table("t", {other}), {"a"}) == coverage::none);
}

TEST_CASE("a partitioned table is covered by its own index or by one of each partition") {
    using pgsync::postgres::covered;
    const auto root = table("t", {}, 'p');
    CHECK(covered(root, {table("t1", {index_on({"a"})}), table("t2", {index_on({"a"})})}, {"a"}) ==
          coverage::full);
    CHECK(covered(root, {table("t1", {index_on({"a"})}), table("t2", {})}, {"a"}) == coverage::none);
    CHECK(covered(table("t", {index_on({"a"})}, 'p'), {table("t1", {})}, {"a"}) == coverage::full);
}

TEST_CASE("the index is made without keeping anybody from writing") {
    using pgsync::postgres::index_statements;
    CHECK(index_statements(table("t", {}), {}, {"a", "B"}, 150000) ==
          strings{R"(CREATE INDEX CONCURRENTLY ON "app"."t" ("a", "B"))"});
    auto broken = index_on({"a"});
    broken.valid = false;
    CHECK(index_statements(table("t", {broken}), {}, {"a"}, 150000) ==
          strings{R"(DROP INDEX CONCURRENTLY "app"."an_index")",
                  R"(CREATE INDEX CONCURRENTLY ON "app"."t" ("a"))"});
    const auto root = table("t", {}, 'p');
    const std::vector<table_facts> parts{table("t1", {index_on({"a"})}), table("t2", {})};
    CHECK(index_statements(root, parts, {"a"}, 150000) ==
          strings{R"(CREATE INDEX CONCURRENTLY ON "app"."t2" ("a"))", R"(CREATE INDEX ON "app"."t" ("a"))"});
    CHECK(index_statements(root, parts, {"a"}, 100000) ==
          strings{R"(CREATE INDEX CONCURRENTLY ON "app"."t2" ("a"))"});
}
