#pragma once

#include <cstddef>

#include <pgsync/shape/node.hpp>
#include <pgsync/shape/text.hpp>
#include <pgsync/sql/identifier.hpp>
#include <pgsync/sql/select.hpp>
#include <pgsync/sql/source.hpp>

namespace pgsync::detail::sql {

/// Returns the node where a query for the owners of `self` ends: the root, or the last table before it if
/// that holds the root's key, because the root itself need not be read then.
constexpr std::size_t top_of(const shape_view& shape, std::size_t self) {
    std::size_t top = shape.nodes[self].parent;
    while (top != 0 && !(shape.nodes[top].parent == 0 && links_to_key(shape, shape.nodes[top]))) {
        top = shape.nodes[top].parent;
    }
    return top;
}

/// Writes a recursive query `"pgsync r"(l1, …)`: all values by which rows of a self-reference are joined,
/// beginning with those from `start` and followed through every row that one of them finds.
template <typename Start>
constexpr void write_reach(text& out, const shape_view& shape, std::size_t self, const Start& start) {
    const auto& node = shape.nodes[self];
    const auto links = shape.links_of(node);
    out << "WITH RECURSIVE \"pgsync r\"(";
    for (std::size_t i = 0; i < links.size(); ++i) out << (i == 0 ? "l" : ", l") << (i + 1);
    out << ") AS (";
    start();
    out << " UNION SELECT ";
    for (std::size_t i = 0; i < links.size(); ++i) {
        if (i != 0) out << ", ";
        out << "t.";
        write_identifier(out, links[i].child);
    }
    out << " FROM \"pgsync r\" r JOIN ";
    write_table(out, node);
    out << " t ON ";
    for (std::size_t i = 0; i < links.size(); ++i) {
        if (i != 0) out << " AND ";
        out << "t.";
        write_identifier(out, links[i].parent);
        out << " = r.l" << (i + 1);
    }
    out << ") ";
}

/// Writes the join from the row of `at`, a node on the way up, to the rows of its parent.
constexpr void write_step_up(text& out, const shape_view& shape, std::size_t at) {
    const auto& node = shape.nodes[at];
    const std::size_t parent = node.parent;
    const auto links = shape.links_of(node);
    if (is_recursive(node)) {
        out << " CROSS JOIN LATERAL (";
        write_reach(out, shape, at, [&] {
            out << "SELECT ";
            for (std::size_t i = 0; i < links.size(); ++i) {
                if (i != 0) out << ", ";
                write_column(out, at, links[i].child);
            }
        });
        out << "SELECT * FROM \"pgsync r\") r" << at;
    }
    out << " JOIN ";
    write_table(out, shape.nodes[parent]);
    out << " n" << parent << " ON ";
    for (std::size_t i = 0; i < links.size(); ++i) {
        if (i != 0) out << " AND ";
        write_column(out, parent, links[i].parent);
        out << " = ";
        if (is_recursive(node)) {
            out << 'r' << at << ".l" << (i + 1);
        } else {
            write_column(out, at, links[i].child);
        }
    }
    write_guard(out, node);
}

/// Writes the query for the keys of the roots whose documents contain rows of `self`. `$1…` is one array for
/// each column that links `self` to its parent, with the values that these columns have (or had) in the
/// changed rows. The query reads only the tables from the parent up to the root, as they are now; the link
/// itself comes from the change. For a self-reference it also reads the rows on the way.
constexpr void write_owners_query(text& out, const shape_view& shape, std::size_t self) {
    const auto& node = shape.nodes[self];
    const auto links = shape.links_of(node);
    const auto top = top_of(shape, self);
    if (is_recursive(node)) {
        write_reach(out, shape, self, [&] {
            // The collations of the columns must take precedence over those of the parameters.
            out << "SELECT * FROM (SELECT ";
            for (std::size_t i = 0; i < links.size(); ++i) {
                if (i != 0) out << ", ";
                out << "t.";
                write_identifier(out, links[i].child);
            }
            out << " FROM ";
            write_table(out, node);
            out << " t WHERE false UNION ALL SELECT * FROM ";
            write_any_of(out, links.size());
            out << ") s";
        });
    }
    out << "SELECT DISTINCT ";
    for (std::size_t part = 0; part < shape.key_size(shape.root()); ++part) {
        if (part != 0) out << ", ";
        write_column(out, top,
                     top == 0 ? shape.key_of(shape.root(), part).name
                              : link_for_key_part(shape, shape.nodes[top], part));
        out << "::text";
    }
    out << " FROM ";
    write_table(out, shape.nodes[node.parent]);
    out << " n" << node.parent;
    for (std::size_t at = node.parent; at != top; at = shape.nodes[at].parent) write_step_up(out, shape, at);
    out << " WHERE ";
    const auto parent_columns = [&] {
        if (node.parent == 0 && links_to_key(shape, node)) {
            // The order of a direct route's columns, see route_data.
            write_key(out, shape, 0);
            return;
        }
        bool first = true;
        for (const auto& link : links) {
            if (!first) out << ", ";
            first = false;
            write_column(out, node.parent, link.parent);
        }
    };
    if (is_recursive(node)) {
        out << '(';
        parent_columns();
        out << ") IN (SELECT * FROM \"pgsync r\")";
    } else if (links.size() == 1) {
        write_column(out, node.parent, links[0].parent);
        out << " = ANY($1)";
    } else {
        out << '(';
        parent_columns();
        out << ") IN (SELECT * FROM ";
        write_any_of(out, links.size());
        out << ')';
    }
    write_guard(out, node);
    if (top != 0) {
        // A row without a root key belongs to no document.
        for (std::size_t part = 0; part < shape.key_size(shape.root()); ++part) {
            out << " AND ";
            write_column(out, top, link_for_key_part(shape, shape.nodes[top], part));
            out << " IS NOT NULL";
        }
    } else if (node.parent != 0 || !links_to_key(shape, node)) {
        write_not_null(out, shape, 0, " AND ");
    }
}

}  // namespace pgsync::detail::sql
