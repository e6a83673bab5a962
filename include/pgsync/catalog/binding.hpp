#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/catalog/qualify.hpp>
#include <pgsync/compiled/compiled.hpp>

namespace pgsync::postgres {

/// One route of a shape as one database has it.
struct route_binding {
    std::uint32_t table_oid = 0;
    std::string table;  ///< quoted, `"public"."booking"`
    /// Array types of the route's columns: the parameter types of its owners query.
    std::vector<std::uint32_t> array_types;
    std::vector<std::string> generated{};     ///< columns of the table that the log leaves out
    std::vector<std::uint32_t> partitions{};  ///< tables that hold the rows, where this one is partitioned
    bool view = false;                        ///< no table, but a view or a materialised one

    /// Is `oid` the table or one of its partitions?
    [[nodiscard]] bool covers(std::uint32_t oid) const {
        return oid == table_oid || std::find(partitions.begin(), partitions.end(), oid) != partitions.end();
    }
};

/// A compiled index bound to the tables and types of one database: what the catalog knew and the compiler
/// could not.
struct index_binding {
    const compiled_index* index = nullptr;
    std::vector<std::uint32_t> key_array_types;  ///< parameter types of the keys query
    std::vector<route_binding> routes;           ///< one for each of index->routes, in their order
    std::vector<qualified_name> tables{};        ///< of the tables that the shape names without schema
    std::string meaning_sql{};  ///< what its names of tables and columns mean, see read_guard.hpp
    std::string meaning{};      ///< what that was when it was bound

    /// One of the index's queries as it is run here.
    [[nodiscard]] std::string query(std::string_view compiled) const {
        return qualify_tables(compiled, tables);
    }
};

}  // namespace pgsync::postgres
