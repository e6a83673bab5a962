#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include <pgsync/shape/node.hpp>

namespace pgsync {

/// Returns every column of a node's table that its documents depend on by name: those in the document and
/// those used in joins. Columns that only appear in SQL of the declaration are not included; see
/// uses_any_column().
[[nodiscard]] inline std::vector<std::string_view> used_columns(const shape_view& shape, std::size_t self) {
    std::vector<std::string_view> names;
    const auto& own = shape.nodes[self];
    for (const auto& link : shape.links_of(own)) names.push_back(link.child);
    // A self-reference also continues from its own rows.
    if (is_recursive(own)) {
        for (const auto& link : shape.links_of(own)) names.push_back(link.parent);
    }
    for (const auto& node : shape.nodes) {
        if (node.kind == relation::embed && node.row != self) continue;
        if (&node == &own || node.kind == relation::embed) {
            for (const auto& column : shape.columns_of(node)) {
                const bool aggregated = own.what != aggregate::none && column.ordinal != own.operand;
                if (!column.name.empty() && !aggregated) names.push_back(column.name);
            }
        }
        if (node.kind == relation::root || node.kind == relation::embed || node.parent != self) continue;
        for (const auto& link : shape.links_of(node)) names.push_back(link.parent);
        if (!node.guard_column.empty()) names.push_back(node.guard_column);
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

}  // namespace pgsync
