#pragma once

#include <cstddef>

#include <pgsync/shape/node.hpp>
#include <pgsync/shape/text.hpp>
#include <pgsync/sql/identifier.hpp>
#include <pgsync/sql/select.hpp>

namespace pgsync::detail::sql {

/// Keys of the roots whose documents contain rows of `self`: `$1…` is one array for each column that links it
/// to its parent, holding the values these columns have (or had) in the changed rows. Only the tables from
/// the parent up to the root are read, as they are now; the link itself comes from the event.
constexpr void write_owners_query(text& out, const shape_view& shape, std::size_t self) {
    const auto& node = shape.nodes[self];
    const auto links = shape.links_of(node);
    out << "SELECT DISTINCT ";
    // Where the last table before the root holds the root's key, the root itself need not be read.
    std::size_t top = node.parent;
    while (top != 0 && !(shape.nodes[top].parent == 0 && links_to_key(shape, shape.nodes[top]))) {
        top = shape.nodes[top].parent;
    }
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
    for (std::size_t at = node.parent; at != top; at = shape.nodes[at].parent) {
        const auto parent = shape.nodes[at].parent;
        out << " JOIN ";
        write_table(out, shape.nodes[parent]);
        out << " n" << parent << " ON ";
        bool first = true;
        for (const auto& link : shape.links_of(shape.nodes[at])) {
            if (!first) out << " AND ";
            first = false;
            write_column(out, parent, link.parent);
            out << " = ";
            write_column(out, at, link.child);
        }
    }
    out << " WHERE ";
    if (links.size() == 1) {
        write_column(out, node.parent, links[0].parent);
        out << " = ANY($1)";
    } else {
        out << '(';
        if (node.parent == 0 && links_to_key(shape, node)) {
            // The order of a direct route's columns, see route_data.
            write_key(out, shape, 0);
        } else {
            bool first = true;
            for (const auto& link : links) {
                if (!first) out << ", ";
                first = false;
                write_column(out, node.parent, link.parent);
            }
        }
        out << ") IN (SELECT * FROM ";
        write_any_of(out, links.size());
        out << ')';
    }
    if (top != 0) {
        // A row that belongs to nobody has no document.
        for (std::size_t part = 0; part < shape.key_size(shape.root()); ++part) {
            out << " AND ";
            write_column(out, top, link_for_key_part(shape, shape.nodes[top], part));
            out << " IS NOT NULL";
        }
    }
}

}  // namespace pgsync::detail::sql
