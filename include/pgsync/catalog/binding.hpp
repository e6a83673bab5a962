#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/catalog/qualify.hpp>
#include <pgsync/compiled/compiled.hpp>

namespace pgsync::postgres {

/// One route of a shape, bound to the tables and types of one database.
struct route_binding {
    std::uint32_t table_oid = 0;
    std::string table;  ///< quoted: `"public"."booking"`
    /// Array types of the route's columns: the parameter types of its owners query.
    std::vector<std::uint32_t> array_types;
    std::vector<std::string> generated{};     ///< generated columns of the table, which WAL lacks
    std::vector<std::uint32_t> partitions{};  ///< if the table is partitioned: the tables that hold its rows
    bool view = false;                        ///< it is a view or a materialised view

    /// Returns true if `oid` is the table or one of its partitions.
    [[nodiscard]] bool covers(std::uint32_t oid) const {
        return oid == table_oid || std::find(partitions.begin(), partitions.end(), oid) != partitions.end();
    }
};

/// A compiled index bound to the tables and types of one database: what the catalog knows and the compiler
/// cannot.
struct index_binding {
    const compiled_index* index = nullptr;
    std::vector<std::uint32_t> key_array_types;  ///< parameter types of the keys query
    std::vector<route_binding> routes;           ///< one for each of index->routes, in the same order
    std::vector<qualified_name> tables{};        ///< the tables that the shape names without a schema
    std::string meaning_sql{};  ///< SQL for what its table and column names refer to; see read_guard.hpp
    std::string meaning{};      ///< the result of `meaning_sql` when the index was bound

    /// Returns one of the index's queries as it must be run on this database.
    [[nodiscard]] std::string query(std::string_view compiled) const {
        return qualify_tables(compiled, tables);
    }
};

}  // namespace pgsync::postgres
