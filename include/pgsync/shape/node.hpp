#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// A declaration as plain data: what SQL, mapping and routing are made from.
namespace pgsync {

/// What a column holds, as far as mapping and checks against the catalog care.
enum class value_kind : std::uint8_t {
    boolean,
    int16,
    int32,
    int64,
    float32,
    float64,
    decimal,
    text,
    keyword,
    uuid,
    date,
    timestamp,
    timestamptz,
};

/// How a node hangs on its parent.
enum class relation : std::uint8_t { root, belongs_to, has_one, has_many };

/// One column of a node.
struct column_data {
    std::string_view member;  ///< the C++ member
    std::string_view name;    ///< in the database, unquoted
    std::string_view json;    ///< key in the document
    value_kind kind{};
    std::uint16_t ordinal{};  ///< position among the struct's members
    bool key{};
    bool nullable{};
    bool hidden{};
};

/// One pair of joined columns: `parent.parent_column = child.child_column`.
struct link_data {
    std::string_view parent;
    std::string_view child;
};

/// A table's place in the shape. Node 0 is the root; a parent always stands before its children.
struct node_data {
    std::string_view type;    ///< the C++ struct
    std::string_view schema;  ///< empty: found by search_path
    std::string_view table;
    std::string_view member;  ///< in the parent's struct; empty for the root
    std::string_view json;    ///< key in the parent's object; empty for the root
    relation kind{};
    std::uint16_t parent{};
    std::uint16_t depth{};
    std::uint16_t ordinal{};  ///< position among the parent's members
    std::uint16_t first_column{};
    std::uint16_t columns{};
    std::uint16_t first_link{};
    std::uint16_t links{};
};

/// A whole shape.
struct shape_view {
    std::span<const node_data> nodes;
    std::span<const column_data> columns;
    std::span<const link_data> links;

    [[nodiscard]] constexpr const node_data& root() const { return nodes[0]; }
    [[nodiscard]] constexpr std::span<const column_data> columns_of(const node_data& node) const {
        return columns.subspan(node.first_column, node.columns);
    }
    [[nodiscard]] constexpr std::span<const link_data> links_of(const node_data& node) const {
        return links.subspan(node.first_link, node.links);
    }
    /// The n-th part of a node's key.
    [[nodiscard]] constexpr const column_data& key_of(const node_data& node, std::size_t part) const {
        for (const auto& column : columns_of(node)) {
            if (column.key && part-- == 0) return column;
        }
        return columns[node.first_column];
    }
    [[nodiscard]] constexpr std::size_t key_size(const node_data& node) const {
        std::size_t size = 0;
        for (const auto& column : columns_of(node)) size += column.key ? 1U : 0U;
        return size;
    }
};

/// A table is the same at two nodes when schema and name are.
[[nodiscard]] constexpr bool same_table(const node_data& a, const node_data& b) {
    return a.schema == b.schema && a.table == b.table;
}

/// Do the columns that link `node` to its parent name exactly the parent's key? Then a row of `node` holds
/// its parent's key, and nobody has to be asked for it.
[[nodiscard]] constexpr bool links_to_key(const shape_view& shape, const node_data& node) {
    if (node.kind == relation::root || node.kind == relation::belongs_to) return false;
    const auto& parent = shape.nodes[node.parent];
    const auto links = shape.links_of(node);
    if (links.size() != shape.key_size(parent)) return false;
    for (std::size_t part = 0; part < links.size(); ++part) {
        bool found = false;
        for (const auto& link : links) found = found || link.parent == shape.key_of(parent, part).name;
        if (!found) return false;
    }
    return true;
}

/// The column of `node` that holds part `part` of its parent's key; only where links_to_key().
[[nodiscard]] constexpr std::string_view link_for_key_part(const shape_view& shape, const node_data& node,
                                                           std::size_t part) {
    const auto name = shape.key_of(shape.nodes[node.parent], part).name;
    for (const auto& link : shape.links_of(node)) {
        if (link.parent == name) return link.child;
    }
    return {};
}

}  // namespace pgsync
