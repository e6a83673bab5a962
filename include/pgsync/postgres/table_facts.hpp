#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/compiled.hpp>
#include <pgsync/postgres/connection.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/version.hpp>

/// What the catalog says, without judgement.
namespace pgsync::postgres {

struct column_facts {
    std::string name;
    std::uint32_t base_array_type_oid = 0;  ///< of the type below; 0 where there is none
    std::string base_type_name;             ///< domains resolved: "int4", "varchar"
    char type_category = 'X';               ///< pg_type.typcategory: 'S' string, 'E' enum, …
};

struct unique_index_facts {
    std::vector<std::string> columns;
};

struct table_facts {
    bool exists = false;
    std::uint32_t oid = 0;
    std::string schema;
    std::string name;
    char kind = 'r';  ///< pg_class.relkind
    bool can_select = false;
    std::vector<column_facts> columns;
    std::vector<unique_index_facts> unique_indexes;  ///< valid, immediate, whole and on plain columns
    std::vector<std::string> identity;               ///< columns of the old row that the log holds

    [[nodiscard]] const column_facts* column(std::string_view called) const {
        const auto found = std::find_if(columns.begin(), columns.end(), [&](const auto& each) { return each.name == called; });
        return found == columns.end() ? nullptr : &*found;
    }
    /// Is there at most one row for each combination of these columns? A unique index on some of them is enough.
    [[nodiscard]] bool is_unique(const std::vector<std::string>& key) const {
        return std::any_of(unique_indexes.begin(), unique_indexes.end(), [&](const auto& index) {
            return std::all_of(index.columns.begin(), index.columns.end(), [&](const auto& part) {
                return std::find(key.begin(), key.end(), part) != key.end();
            });
        });
    }
    [[nodiscard]] bool identity_covers(std::string_view called) const {
        return std::find(identity.begin(), identity.end(), called) != identity.end();
    }
    [[nodiscard]] std::string quoted_name() const { return quote_identifier(schema) + "." + quote_identifier(name); }
};

namespace detail {

inline std::uint32_t to_oid(const std::optional<std::string>& text) {
    return text ? static_cast<std::uint32_t>(std::stoul(*text)) : 0;
}

inline void read_columns(admin_connection& database, table_facts& table) {
    // A domain may stand on a domain.
    for (const auto& row : database.query(
             "SELECT a.attname, coalesce(t.typarray, 0)::text, t.typname, t.typcategory::text "
             "FROM pg_catalog.pg_attribute a CROSS JOIN LATERAL ("
             "WITH RECURSIVE base AS (SELECT t.oid, t.typtype, t.typbasetype FROM pg_catalog.pg_type t WHERE t.oid = a.atttypid "
             "UNION ALL SELECT t.oid, t.typtype, t.typbasetype FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.typbasetype "
             "WHERE b.typtype = 'd') SELECT oid FROM base WHERE typtype <> 'd') b "
             "JOIN pg_catalog.pg_type t ON t.oid = b.oid "
             "WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
             {std::to_string(table.oid)})) {
        table.columns.push_back({row[0].value_or(""), to_oid(row[1]), row[2].value_or(""), row[3].value_or("X")[0]});
    }
}

inline void read_indexes(admin_connection& database, table_facts& table, char identity) {
    // INCLUDE columns are listed with an index, but are not part of what is unique.
    const std::string key_columns = has_included_columns(database.server_version()) ? "i.indnkeyatts" : "i.indnatts";
    std::string last;
    for (const auto& row : database.query(
             "SELECT i.indexrelid::text, i.indisprimary::text, i.indisreplident::text, a.attname, (i.indisunique AND "
             "i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL)::text FROM pg_catalog.pg_index i "
             "CROSS JOIN LATERAL generate_series(0, " + key_columns + " - 1) k(place) JOIN pg_catalog.pg_attribute a "
             "ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.place] WHERE i.indrelid = $1::oid "
             "ORDER BY i.indexrelid, k.place",
             {std::to_string(table.oid)})) {
        const auto column = row[3].value_or("");
        if (row[4] == "true") {
            if (row[0].value_or("") != last) table.unique_indexes.emplace_back();
            last = row[0].value_or("");
            table.unique_indexes.back().columns.push_back(column);
        }
        if ((identity == 'd' && row[1] == "true") || (identity == 'i' && row[2] == "true")) table.identity.push_back(column);
    }
    if (identity == 'f') {
        for (const auto& column : table.columns) table.identity.push_back(column.name);
    }
}

inline table_facts read_table(admin_connection& database, std::string_view schema, std::string_view name) {
    table_facts table;
    const auto quoted = (schema.empty() ? std::string() : quote_identifier(schema) + ".") + quote_identifier(name);
    const auto found = database.query(
        "SELECT c.oid::text, n.nspname, c.relname, c.relkind::text, c.relreplident::text, "
        "pg_catalog.has_table_privilege(c.oid, 'SELECT')::text FROM pg_catalog.pg_class c "
        "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = pg_catalog.to_regclass($1)",
        {quoted});
    if (found.empty()) return table;
    const auto& row = found[0];
    table.exists = true;
    table.oid = to_oid(row[0]);
    table.schema = row[1].value_or("");
    table.name = row[2].value_or("");
    table.kind = row[3].value_or("r")[0];
    table.can_select = row[5] == "true";
    read_columns(database, table);
    read_indexes(database, table, row[4].value_or("d")[0]);
    return table;
}

}  // namespace detail

/// The tables of some indices: one entry for each node of each, in order.
[[nodiscard]] inline std::vector<table_facts> read_tables(admin_connection& database,
                                                          std::span<const compiled_index> indices) {
    std::vector<table_facts> tables;
    for (const auto& index : indices) {
        for (const auto& node : index.shape.nodes) {
            tables.push_back(detail::read_table(database, node.schema, node.table));
        }
    }
    return tables;
}

}  // namespace pgsync::postgres
