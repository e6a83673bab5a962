#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/catalog/catalog_row.hpp>
#include <pgsync/postgres/session.hpp>

namespace pgsync::postgres {

/// A table below another: a partition at any depth, or a child by inheritance.
struct descendant {
    std::uint32_t ancestor = 0;  ///< the table whose descendants were requested
    std::uint32_t oid = 0;
    std::string schema;
    std::string name;
    char kind = 'r';              ///< `r` holds rows, `p` is itself partitioned, `f` is foreign
    char replica_identity = 'd';  ///< its own: partitions do not inherit their parent's
};

/// Reads all tables below those of `oids` in one round trip.
[[nodiscard]] inline std::vector<descendant> read_descendants(session& session,
                                                              std::span<const std::uint32_t> oids) {
    std::vector<std::string> texts;
    for (const auto oid : oids) texts.push_back(std::to_string(oid));
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    const auto found = session.exec_params(
        "WITH RECURSIVE down AS (SELECT i.inhparent AS top, i.inhrelid AS oid FROM pg_catalog.pg_inherits i "
        "WHERE i.inhparent = ANY ($1::oid[]) UNION SELECT d.top, i.inhrelid FROM down d "
        "JOIN pg_catalog.pg_inherits i ON i.inhparent = d.oid) "
        "SELECT d.top, c.oid, n.nspname, c.relname, c.relkind, c.relreplident FROM down d "
        "JOIN pg_catalog.pg_class c ON c.oid = d.oid JOIN pg_catalog.pg_namespace n ON n.oid = "
        "c.relnamespace "
        "WHERE c.relkind IN ('r', 'p', 'f') ORDER BY d.top, n.nspname, c.relname",
        {array_literal(views)});
    std::vector<descendant> out;
    for (int i = 0; i < found.rows(); ++i) {
        catalog_row row(found.row(i));
        auto& each = out.emplace_back();
        each.ancestor = row.number<std::uint32_t>();
        each.oid = row.number<std::uint32_t>();
        each.schema = row.text();
        each.name = row.text();
        each.kind = row.character();
        each.replica_identity = row.character();
    }
    return out;
}

/// Reads the tables above one, by partitioning or inheritance, at any depth.
[[nodiscard]] inline std::vector<std::uint32_t> read_ancestors(session& session, std::uint32_t oid) {
    const auto text = std::to_string(oid);
    const auto found = session.exec_params(
        "WITH RECURSIVE up AS (SELECT i.inhparent AS oid FROM pg_catalog.pg_inherits i WHERE i.inhrelid = "
        "$1::oid "
        "UNION SELECT i.inhparent FROM up u JOIN pg_catalog.pg_inherits i ON i.inhrelid = u.oid) "
        "SELECT oid FROM up",
        {text});
    std::vector<std::uint32_t> out;
    for (int i = 0; i < found.rows(); ++i) out.push_back(catalog_row(found.row(i)).number<std::uint32_t>());
    return out;
}

/// Returns true if the table has a column of this name.
[[nodiscard]] inline bool has_column(session& session, std::uint32_t oid, std::string_view column) {
    return session
               .exec_params(
                   "SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = $1::oid AND attname = $2 AND "
                   "attnum > 0 AND NOT attisdropped",
                   {std::to_string(oid), column})
               .rows() == 1;
}

}  // namespace pgsync::postgres
