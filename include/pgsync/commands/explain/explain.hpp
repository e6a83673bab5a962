#pragma once

#include <ostream>
#include <span>
#include <string>
#include <string_view>

#include <pgsync/base/pretty_json.hpp>
#include <pgsync/base/pretty_sql.hpp>
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

inline void explain_routes(std::ostream& out, const compiled_index& index, bool raw) {
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
            out << "by (" << columns << "), old and new, in\n    "
                << (raw ? std::string(route.owners_query) : pretty_sql(route.owners_query)) << "\n";
        }
    }
    out << "\n";
}

/// Prints what was made of the indices at compile time; needs no server.
inline void explain(std::ostream& out, std::span<const compiled_index> indices, const explain_parts& parts) {
    const auto shown = [&](std::string_view sql) { return parts.raw ? std::string(sql) : pretty_sql(sql); };
    if (parts.sql && !parts.raw)
        out << "-- n0, n1, …: the tables of the shape; d0, d1, …: their members; j1, j2, …: their "
               "documents\n\n";
    for (const auto& index : indices) {
        if (parts.sql) {
            out << "-- " << index.name << ": documents of one page of the initial load, first to last key\n"
                << shown(index.page_query) << ";\n\n-- " << index.name << ": documents of some keys\n"
                << shown(index.keys_query) << ";\n\n-- " << index.name
                << ": bounds of the first page, and of the next\n"
                << shown(index.first_bounds_query) << ";\n"
                << shown(index.next_bounds_query) << ";\n\n";
        }
        if (parts.mapping) {
            out << "-- " << index.name << ": properties of the mapping\n"
                << (parts.raw ? std::string(index.properties) + "\n" : pretty_json(index.properties)) << "\n";
        }
        if (parts.routes) explain_routes(out, index, parts.raw);
    }
}

}  // namespace pgsync::app
