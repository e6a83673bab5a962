#pragma once

#include <cstddef>

#include <pgsync/shape/node.hpp>
#include <pgsync/shape/text.hpp>
#include <pgsync/sql/document.hpp>
#include <pgsync/sql/identifier.hpp>
#include <pgsync/sql/source.hpp>

/// The queries that yield documents. Their columns are the parts of the key as text, the routing as text if
/// there is one, and the document as json.
namespace pgsync::detail::sql {

constexpr void write_select(text& out, const shape_view& shape, const query& with) {
    out << "SELECT ";
    write_key(out, shape, 0, "::text");
    out << ", ";
    if (!with.routing.empty()) {
        // format() prints the value as WAL changes do, which a cast to text does not for all types; null
        // becomes an empty string.
        out << "format('%s', ";
        write_column(out, 0, with.routing);
        out << "), ";
    }
    write_object(out, shape, 0, with.who);
    out << " FROM ";
    write_rows(out, shape, 0, with.where, [] {});
    write_children(out, shape, 0, with);
}

/// Writes ` AND n0."a" IS NOT NULL` for the parts of the root's key from `first` on: a row where one is null
/// has no document. A row comparison stops at the first part that differs, so it alone would accept (5, null)
/// as between (4, 'x') and (6, 'x').
constexpr void write_not_null(text& out, const shape_view& shape, std::size_t first, std::string_view word) {
    for (std::size_t part = first; part < shape.key_size(shape.root()); ++part) {
        out << word;
        write_column(out, 0, shape.key_of(shape.root(), part).name);
        out << " IS NOT NULL";
        word = " AND ";
    }
}

/// Writes the query for the documents of one page. `$1…` are the parts of its first key, then those of its
/// last; both are included. The caller must replace the parameters with literals of the columns' types,
/// because COPY takes none.
constexpr void write_page_query(text& out, const shape_view& shape, query with) {
    with.how = plan::by_page;
    write_select(out, shape, with);
    out << " WHERE ";
    write_range(out, shape, 0, [&](std::string_view name) { write_column(out, 0, name); });
    write_not_null(out, shape, 1, " AND ");
}

/// Writes `unnest($1, …) k(k1, …)`: arrays of equal length, one per column, as rows.
constexpr void write_any_of(text& out, std::size_t parts) {
    out << "unnest(";
    for (std::size_t part = 1; part <= parts; ++part) out << (part == 1 ? "$" : ", $") << part;
    out << ") k(";
    for (std::size_t part = 1; part <= parts; ++part) out << (part == 1 ? "k" : ", k") << part;
    out << ')';
}

/// Writes the query for the documents of some keys. `$1…` is one array for each part of the key, of that
/// column's type.
constexpr void write_keys_query(text& out, const shape_view& shape, const query& with) {
    write_select(out, shape, with);
    const auto parts = shape.key_size(shape.root());
    out << " WHERE ";
    if (parts == 1) {
        write_column(out, 0, shape.key_of(shape.root(), 0).name);
        out << " = ANY($1)";
        return;
    }
    out << '(';
    write_key(out, shape, 0);
    out << ") IN (SELECT * FROM ";
    write_any_of(out, parts);
    out << ')';
}

/// Writes the query for the next page's bounds: its first key, its last key and its number of rows; no row if
/// nothing is left. `$1` is the page size; with `after`, `$2…` are the parts of the last key seen.
constexpr void write_bounds_query(text& out, const shape_view& shape, std::string_view where, bool after) {
    const auto parts = shape.key_size(shape.root());
    const auto list = [&](std::string_view table, std::string_view suffix) {
        for (std::size_t part = 1; part <= parts; ++part) {
            if (part != 1) out << ", ";
            out << table << 'k' << part << suffix;
        }
    };
    out << "WITH page AS (SELECT ";
    for (std::size_t part = 0; part < parts; ++part) {
        if (part != 0) out << ", ";
        write_column(out, 0, shape.key_of(shape.root(), part).name);
        out << " AS k" << (part + 1);
    }
    out << " FROM ";
    write_rows(out, shape, 0, where, [] {});
    if (after) {
        out << " WHERE (";
        write_key(out, shape, 0);
        out << ") > (";
        for (std::size_t part = 0; part < parts; ++part) out << (part == 0 ? "$" : ", $") << (part + 2);
        out << ')';
        write_not_null(out, shape, 1, " AND ");
    } else {
        write_not_null(out, shape, 0, " WHERE ");
    }
    out << " ORDER BY ";
    write_key(out, shape, 0);
    out << " LIMIT $1) SELECT ";
    list("lo.", "::text");
    out << ", ";
    list("hi.", "::text");
    out << ", (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY ";
    list("", "");
    out << " LIMIT 1) lo, (SELECT * FROM page ORDER BY ";
    list("", " DESC");
    out << " LIMIT 1) hi";
}

}  // namespace pgsync::detail::sql
