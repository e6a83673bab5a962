#include <array>
#include <string>
#include <string_view>

#include "../../catch.hpp"
#include <pgsync/catalog/read_tables.hpp>
#include <pgsync/catalog/table_facts.hpp>

using namespace pgsync::postgres;
using namespace std::string_view_literals;

namespace {

table_facts table_with(index_facts index) {
    table_facts out;
    for (const char* name : {"a", "b", "c"}) {
        column_facts column;
        column.name = name;
        out.columns.push_back(column);
    }
    out.columns[2].generated = true;
    out.indexes.push_back(std::move(index));
    return out;
}

index_facts key_of(std::vector<std::string> columns) {
    index_facts out;
    out.method = "btree";
    out.columns = std::move(columns);
    out.unique = out.valid = out.immediate = out.all_not_null = true;
    return out;
}

}  // namespace

TEST_CASE("an index helps when it begins with the columns, in any order", "[table_facts]") {
    auto table = table_with(key_of({"a", "b", "c"}));
    CHECK(table.indexed(std::array{"a"sv}));
    CHECK(table.indexed(std::array{"b"sv, "a"sv}));
    CHECK_FALSE(table.indexed(std::array{"b"sv}));
    CHECK_FALSE(table.indexed(std::array{"a"sv, "c"sv}));
    CHECK_FALSE(table.indexed(std::array{"a"sv, "b"sv, "c"sv, "d"sv}));
    table.indexes[0].partial = true;
    CHECK_FALSE(table.indexed(std::array{"a"sv}));
    table.indexes[0].partial = false;
    table.indexes[0].method = "gin";
    CHECK_FALSE(table.indexed(std::array{"a"sv}));
}

TEST_CASE("a replica identity is resolved to the columns it logs", "[table_facts]") {
    const auto covers = [](table_facts table, std::string_view column) {
        detail::resolve_identity(table);
        return table.identity_covers(std::array{column});
    };
    auto primary = key_of({"a"});
    primary.primary = true;
    auto table = table_with(primary);
    CHECK(covers(table, "a"));
    CHECK_FALSE(covers(table, "b"));
    table.replica_identity = 'n';
    CHECK_FALSE(covers(table, "a"));
    table.replica_identity = 'f';
    CHECK(covers(table, "b"));
    CHECK_FALSE(covers(table, "c"));  // generated
    table.replica_identity = 'i';
    CHECK_FALSE(covers(table, "a"));  // its index is gone
    table.indexes.push_back(key_of({"b"}));
    table.indexes[1].replica_identity = true;
    CHECK(covers(table, "b"));
    CHECK_FALSE(covers(table, "a"));
    table.replica_identity = 'd';
    table.indexes[0].immediate = false;  // a deferrable primary key
    CHECK_FALSE(covers(table, "a"));
}
