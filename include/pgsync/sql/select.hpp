#pragma once

#include <cstddef>

#include <pgsync/shape/node.hpp>
#include <pgsync/shape/text.hpp>
#include <pgsync/sql/document.hpp>
#include <pgsync/sql/identifier.hpp>
#include <pgsync/sql/source.hpp>

/// The queries that yield documents: the parts of the key as text, the routing as text where there is one,
/// then the document as json.
namespace pgsync::detail::sql {

constexpr void write_select(text& out, const shape_view& shape, const query& with) {
    out << "SELECT ";
    write_key(out, shape, 0, "::text");
    out << ", ";
    if (!with.routing.empty()) {
        // As the log prints it, which a cast to text does not for all types; null is empty.
        out << "format('%s', ";
        write_column(out, 0, with.routing);
        out << "), ";
    }
    write_object(out, shape, 0, with.who);
    out << " FROM ";
    write_rows(out, shape, 0, with.where, [] {});
    write_children(out, shape, 0, with);
}

/// ` AND n0."a" IS NOT NULL` for the parts of the root's key from `first` on: a row where one is null has no
/// document. A comparison of rows looks no further than the first part that differs, so (5, null) lies
/// between (4, 'x') and (6, 'x').
constexpr void write_not_null(text& out, const shape_view& shape, std::size_t first, std::string_view word) {
    for (std::size_t part = first; part < shape.key_size(shape.root()); ++part) {
        out << word;
        write_column(out, 0, shape.key_of(shape.root(), part).name);
        out << " IS NOT NULL";
        word = " AND ";
    }
}

/// Documents of one page: `$1…` are the parts of its first key, then those of its last, both within. The
/// parameters are to be replaced by literals, since COPY takes none; their types are those of the columns.
constexpr void write_page_query(text& out, const shape_view& shape, query with) {
    with.how = plan::by_page;
    write_select(out, shape, with);
    out << " WHERE ";
    write_range(out, shape, 0, [&](std::string_view name) { write_column(out, 0, name); });
    write_not_null(out, shape, 1, " AND ");
}

/// ` = ANY($1)`, or for several columns a join with arrays of equal length, one a column.
constexpr void write_any_of(text& out, std::size_t parts) {
    out << "unnest(";
    for (std::size_t part = 1; part <= parts; ++part) out << (part == 1 ? "$" : ", $") << part;
    out << ") k(";
    for (std::size_t part = 1; part <= parts; ++part) out << (part == 1 ? "k" : ", k") << part;
    out << ')';
}

/// Documents of some keys: `$1…` is one array for each part of the key, of the type of that column.
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

/// Where the next page begins and ends and how many rows it has: its first key, its last key, the count; no
/// row when nothing is left. `$1` is the page's size; with `after`, `$2…` are the parts of the last key seen.
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
