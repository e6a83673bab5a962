#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/catalog/catalog_row.hpp>
#include <pgsync/catalog/table_facts.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/version.hpp>

namespace pgsync::postgres {

namespace detail {

[[nodiscard]] inline std::string tables_sql(int version) {
    const std::string partition = has_partitions(version) ? "c.relispartition" : "false";
    return "SELECT t.ord, c.oid, c.nspname, c.relname, c.relkind, c.relpersistence, c.relispartition"
           ", EXISTS (SELECT 1 FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)"
           ", EXISTS (SELECT 1 FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid)"
           ", pg_catalog.pg_has_role(c.relowner, 'USAGE'), pg_catalog.pg_get_userbyid(c.relowner)"
           ", pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE')"
           ", pg_catalog.has_table_privilege(c.oid, 'SELECT')"
           ", pg_catalog.row_security_active(c.oid), c.relreplident "
           "FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS t(nsp, rel, ord) CROSS JOIN (SELECT " +
           std::string(users_schemas) +
           " AS path) s "
           "CROSS JOIN LATERAL (SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence, c.relowner, "
           "c.relnamespace, c.relreplident, " +
           partition +
           " AS relispartition FROM pg_catalog.pg_class c "
           "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
           "WHERE c.relname = t.rel::name AND CASE WHEN t.nsp <> '' THEN n.nspname = t.nsp::name "
           "ELSE n.nspname = ANY (s.path) END ORDER BY array_position(s.path, n.nspname) LIMIT 1) c "
           "ORDER BY t.ord";
}

[[nodiscard]] inline std::string columns_sql(int version) {
    const std::string generated =
        has_generated_columns(version) ? "a.attgenerated <> '', a.attgenerated = 'v'" : "false, false";
    return "SELECT a.attrelid, a.attname, a.attnum, a.atttypid, pg_catalog.format_type(a.atttypid, "
           "a.atttypmod)"
           ", b.oid, n.nspname, b.typname, b.typtype, b.typcategory, b.typarray"
           ", CASE WHEN b.typcategory = 'A' THEN b.typelem ELSE 0 END, up.typmod, a.attnotnull, b.typlen, " +
           generated +
           ", pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT') "
           "FROM pg_catalog.pg_attribute a CROSS JOIN LATERAL ("
           // A domain may be based on a domain; the type modifier is the one that the base type gets.
           "WITH RECURSIVE up AS (SELECT a.atttypid AS oid, a.atttypmod AS typmod UNION ALL "
           "SELECT t.typbasetype, t.typtypmod FROM up JOIN pg_catalog.pg_type t ON t.oid = up.oid "
           "WHERE t.typtype = 'd') SELECT * FROM up) up "
           "JOIN pg_catalog.pg_type b ON b.oid = up.oid AND b.typtype <> 'd' "
           "JOIN pg_catalog.pg_namespace n ON n.oid = b.typnamespace "
           "WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped "
           "ORDER BY a.attrelid, a.attnum";
}

[[nodiscard]] inline std::string indexes_sql(int version) {
    std::string sql =
        "SELECT i.indrelid, i.indexrelid, c.relname, m.amname, i.indisprimary, i.indisunique"
        ", i.indisvalid AND i.indisready, i.indimmediate, i.indpred IS NOT NULL, i.indisreplident, ";
    sql += has_included_columns(version) ? "i.indnkeyatts" : "i.indnatts";
    return sql +
           ", i.indkey::text FROM pg_catalog.pg_index i "
           "JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = c.relam "
           "WHERE i.indrelid = ANY ($1::oid[]) ORDER BY i.indrelid, i.indexrelid";
}

[[nodiscard]] inline column_facts read_column(catalog_row row) {
    column_facts out;
    out.name = row.text();
    out.number = row.number<int>();
    out.type = row.number<std::uint32_t>();
    out.type_text = row.text();
    out.base_type = row.number<std::uint32_t>();
    out.base_schema = row.text();
    out.base_name = row.text();
    out.base_kind = row.character();
    out.category = row.character();
    out.array_type = row.number<std::uint32_t>();
    out.element_type = row.number<std::uint32_t>();
    out.typmod = row.number<std::int32_t>();
    out.not_null = row.flag();
    out.length = row.number<int>();
    out.generated = row.flag();
    out.virtual_generated = row.flag();
    out.readable = row.flag();
    return out;
}

[[nodiscard]] inline index_facts read_index(catalog_row row, const table_facts& of) {
    index_facts out;
    out.oid = row.number<std::uint32_t>();
    out.name = row.text();
    out.method = row.text();
    out.primary = row.flag();
    out.unique = row.flag();
    out.valid = row.flag();
    out.immediate = row.flag();
    out.partial = row.flag();
    out.replica_identity = row.flag();
    const auto keys = row.number<std::size_t>();
    const auto numbers = row.numbers();
    out.all_not_null = true;
    for (std::size_t i = 0; i < keys && i < numbers.size(); ++i) {
        const auto found = std::find_if(of.columns.begin(), of.columns.end(),
                                        [&](const auto& each) { return each.number == numbers[i]; });
        const bool is_column = found != of.columns.end();
        out.columns.push_back(is_column ? found->name : std::string());
        out.all_not_null = out.all_not_null && is_column && found->not_null;
    }
    return out;
}

/// Sets the columns of old rows that WAL contains. To the server, a deferrable primary key is not an
/// identity.
inline void resolve_identity(table_facts& table) {
    for (const auto& index : table.indexes) {
        if (index.primary) table.primary_key = index.columns;
        const bool chosen = table.replica_identity == 'i' ? index.replica_identity
                                                          : table.replica_identity == 'd' && index.primary;
        if (chosen && index.identifies()) table.identity = index.columns;
    }
    if (table.replica_identity != 'f') return;
    for (const auto& column : table.columns)
        if (!column.generated) table.identity.push_back(column.name);
}

}  // namespace detail

/// Reads the catalog's facts about each of `names`, in the same order; nullopt for a table that does not
/// exist. Takes three round trips, however many tables there are.
[[nodiscard]] inline std::vector<std::optional<table_facts>> read_tables(session& session,
                                                                         std::span<const table_name> names) {
    std::vector<std::string_view> schemas;
    std::vector<std::string_view> tables;
    for (const auto& each : names) {
        schemas.push_back(each.schema);
        tables.push_back(each.name);
    }
    const auto version = session.server_version();
    const auto found =
        session.exec_params(detail::tables_sql(version), {array_literal(schemas), array_literal(tables)});
    std::vector<std::optional<table_facts>> out(names.size());
    std::vector<std::string> oids;
    for (int i = 0; i < found.rows(); ++i) {
        catalog_row row(found.row(i));
        auto& table = out.at(row.number<std::size_t>() - 1).emplace();
        oids.emplace_back(found.get(i, 1));
        table.oid = row.number<std::uint32_t>();
        table.schema = row.text();
        table.name = row.text();
        table.kind = row.character();
        table.persistence = row.character();
        table.is_partition = row.flag();
        table.has_parents = row.flag();
        table.has_children = row.flag();
        table.owned = row.flag();
        table.owner = row.text();
        table.schema_usable = row.flag();
        table.readable = row.flag();
        table.row_security = row.flag();
        table.replica_identity = row.character();
    }
    const std::vector<std::string_view> oid_views(oids.begin(), oids.end());
    const auto oid_list = array_literal(oid_views);
    // The same table may have been requested twice.
    const auto for_each_of = [&](const result& rows, auto&& add) {
        for (int i = 0; i < rows.rows(); ++i) {
            catalog_row row(rows.row(i));
            const auto oid = row.number<std::uint32_t>();
            for (auto& table : out)
                if (table && table->oid == oid) add(*table, row);
        }
    };
    for_each_of(session.exec_params(detail::columns_sql(version), {oid_list}),
                [](table_facts& table, const catalog_row& row) {
                    table.columns.push_back(detail::read_column(row));
                });
    for_each_of(session.exec_params(detail::indexes_sql(version), {oid_list}),
                [](table_facts& table, const catalog_row& row) {
                    table.indexes.push_back(detail::read_index(row, table));
                });
    for (auto& table : out)
        if (table) detail::resolve_identity(*table);
    return out;
}

}  // namespace pgsync::postgres
