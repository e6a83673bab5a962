#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <pgsync/catalog/read_origin.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/routing/used_columns.hpp>
#include <pgsync/shape/node.hpp>

namespace pgsync::postgres {

/// Returns a table's name as the shape writes it.
[[nodiscard]] inline std::string written_name(const node_data& node) {
    return (node.schema.empty() ? "" : std::string(node.schema) + ".") + std::string(node.table);
}

/// Returns what some indices read from the database.
[[nodiscard]] inline table_uses table_uses_of(std::span<const compiled_index> indices) {
    table_uses out;
    for (const auto& index : indices) {
        const auto& shape = index.shape;
        for (std::size_t i = 0; i < shape.nodes.size(); ++i) {
            const auto& node = shape.nodes[i];
            if (node.kind == relation::embed) continue;  // columns of another node's row
            auto& use = out[written_name(node)];
            use.table = {std::string(node.schema), std::string(node.table)};
            if (uses_any_column(shape, node) || node.kind == relation::source ||
                (i == 0 && !index.where.empty()))
                use.any_column = true;
            for (const auto name : used_columns(shape, i)) use.columns.emplace(name);
            if (i == 0 && !index.routing.empty()) use.columns.emplace(index.routing);
        }
        // The columns by which changed rows are found.
        for (const auto& route : index.routes) {
            auto& use = out[written_name(shape.nodes[route.node])];
            for (const auto name : route.columns) use.columns.emplace(name);
        }
    }
    return out;
}

/// Selects the tables of one index from those of several.
[[nodiscard]] inline origin origin_of(const compiled_index& index, const origin& all) {
    origin out;
    out.publication = all.publication;
    for (const auto& [name, use] : table_uses_of({&index, 1})) {
        const auto found = all.tables.find(name);
        if (found == all.tables.end()) continue;
        auto& mine = out.tables[name] = found->second;
        if (!use.any_column)
            std::erase_if(mine.columns,
                          [&](const auto& column) { return !use.columns.contains(column.first); });
    }
    return out;
}

}  // namespace pgsync::postgres
