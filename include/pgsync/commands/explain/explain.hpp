#pragma once

#include <ostream>
#include <span>
#include <string>
#include <string_view>

#include <pgsync/commands/explain/explain_parts.hpp>
#include <pgsync/compiled/compiled.hpp>

namespace pgsync::app {

/// Returns the path of a node: `reservations.place.city`.
[[nodiscard]] inline std::string node_path(const compiled_index& index, std::size_t node) {
    if (node == 0) return std::string(index.name);
    const auto& data = index.shape.nodes[node];
    return node_path(index, data.holder) + "." + std::string(data.json);
}

[[nodiscard]] inline std::string table_name(const node_data& node) {
    return node.schema.empty() ? std::string(node.table)
                               : std::string(node.schema) + "." + std::string(node.table);
}

inline void explain_routes(std::ostream& out, const compiled_index& index) {
    out << "-- " << index.name << ": a changed row, and whose document is read again\n";
    for (const auto& route : index.routes) {
        const auto& node = index.shape.nodes[route.node];
        out << table_name(node) << " (" << node_path(index, route.node) << "): ";
        std::string columns;
        for (const auto name : route.columns) columns += (columns.empty() ? "" : ", ") + std::string(name);
        if (route.columns.empty()) {
            out << "any change, every document\n";
        } else if (route.direct) {
            out << "(" << columns << ") is the document's key, no query\n";
        } else {
            out << "by (" << columns << "), old and new, in\n    " << route.owners_query << "\n";
        }
    }
    out << "\n";
}

/// Prints what was made of the indices at compile time; needs no server.
inline void explain(std::ostream& out, std::span<const compiled_index> indices, const explain_parts& parts) {
    for (const auto& index : indices) {
        if (parts.sql) {
            out << "-- " << index.name << ": documents of one page of the initial load, first to last key\n"
                << index.page_query << ";\n\n-- " << index.name << ": documents of some keys\n"
                << index.keys_query << ";\n\n-- " << index.name
                << ": bounds of the first page, and of the next\n"
                << index.first_bounds_query << ";\n"
                << index.next_bounds_query << ";\n\n";
        }
        if (parts.mapping) {
            out << "-- " << index.name << ": properties of the mapping\n" << index.properties << "\n\n";
        }
        if (parts.routes) explain_routes(out, index);
    }
}

}  // namespace pgsync::app
