#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/catalog/binding.hpp>
#include <pgsync/catalog/read_origin.hpp>
#include <pgsync/catalog/table_uses.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>

/// Documents are read by name, and what a name refers to can change and change back between two reads of the
/// catalog: tables are swapped by renaming, and swapped back when that was a mistake. Afterwards it would be
/// impossible to find out which documents were built from the wrong table. So each transaction that reads
/// documents first compares what the names refer to, under its locks, with what they referred to when the
/// shape was bound.
namespace pgsync::postgres {

namespace detail {

/// Returns SQL for one text: the tables and columns that the names of `index` refer to, and the rules of its
/// views.
[[nodiscard]] inline std::string meaning_sql(const index_binding& index) {
    std::string tables;
    std::string views;
    for (const auto& route : index.routes) {
        auto& list = route.view ? views : tables;
        const auto oid = "pg_catalog.to_regclass(" + quote_literal(route.table) + ")::pg_catalog.oid";
        if (list.find(oid) == std::string::npos) list.append(list.empty() ? "" : ", ").append(oid);
    }
    bool any_column = false;
    std::vector<std::string> columns;
    for (const auto& [name, use] : table_uses_of({index.index, 1})) {
        any_column = any_column || use.any_column;
        columns.insert(columns.end(), use.columns.begin(), use.columns.end());
    }
    const std::vector<std::string_view> names(columns.begin(), columns.end());
    const auto used =
        any_column ? std::string()
                   : " AND a.attname = ANY (" + quote_literal(array_literal(names)) + "::pg_catalog.name[])";
    std::string sql =
        "coalesce((SELECT pg_catalog.string_agg(a.attrelid::text || '.' || a.attnum::text || "
        "a.attname::text, "
        "' ' ORDER BY a.attrelid, a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = ANY (ARRAY[" +
        tables + "]::pg_catalog.oid[]) AND a.attnum > 0 AND NOT a.attisdropped" + used + "), '')";
    if (views.empty()) return sql;
    return sql +
           " || coalesce((SELECT pg_catalog.string_agg(w.oid::text || ':' || w.xmin::text, ' ' ORDER BY "
           "w.oid) "
           "FROM pg_catalog.pg_rewrite w WHERE w.ev_class = ANY (ARRAY[" +
           views + "]::pg_catalog.oid[])), '')";
}

}  // namespace detail

/// Stores in each index what its names refer to now.
inline void guard_names(std::span<index_binding> indices, session& connection) {
    for (auto& index : indices) {
        if (index.routes.empty()) continue;
        index.meaning_sql = detail::meaning_sql(index);
        index.meaning = connection.exec("SELECT " + index.meaning_sql).get(0, 0);
    }
}

}  // namespace pgsync::postgres
