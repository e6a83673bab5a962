#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// A declaration as plain data, from which SQL, mapping and routing are generated.
namespace pgsync {

/// The kind of a value, as far as SQL, mapping and the checks against the catalog distinguish it.
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
    enumeration,
    uuid,
    date,
    timestamp,
    timestamptz,
    time_of_day,
    inet,
    bytea,
    json,
    geo_point,
    vector,
    int32_range,
    int64_range,
    decimal_range,
    date_range,
    timestamp_range,
    timestamptz_range,
};

/// Where a value comes from.
enum class value_source : std::uint8_t {
    column,
    expression,  ///< SQL over the row's columns
    json_path,   ///< a value inside a json column
};

/// How a node is related to its parent.
enum class relation : std::uint8_t {
    root,
    belongs_to,   ///< the parent's row refers to its row
    has_one,      ///< its rows refer to the parent's row; the first is used
    has_many,     ///< its rows refer to the parent's row; all are used
    ancestors,    ///< rows above in the same table, any number of steps away
    descendants,  ///< rows below in the same table, any number of steps away
    embed,        ///< no table of its own: an object of columns in the parent's row
    hop,          ///< a link table on the way to the next node; not in the document
    source,       ///< a table that its sibling, a view, is built from; not in the document
};

/// What the rows of a to-many node contribute to the document: `none` means the rows themselves.
enum class aggregate : std::uint8_t { none, count, exists, sum, avg, min, max };

/// One member of a node that is not a relation.
struct column_data {
    std::string_view member;  ///< name of the C++ member
    std::string_view name;    ///< column in the database, unquoted; empty for an expression
    std::string_view json;    ///< key in the document
    value_kind kind{};
    value_source source{};
    std::uint16_t ordinal{};     ///< position among the struct's members
    std::uint16_t dimensions{};  ///< of a vector
    bool array{};                ///< the value is an array of that kind
    bool key{};
    bool nullable{};
    bool hidden{};
    std::string_view analyzer{};  ///< of analysed text, if it is not the index's default
    std::string_view mapping{};   ///< JSON, replaces the mapping derived from the kind
    std::string_view sql{};       ///< SQL of an expression
    std::string_view path{};      ///< path of json_path in PostgreSQL's array syntax: `{"a","b"}`
};

/// One pair of joined columns: `parent.parent_column = child.child_column`.
struct link_data {
    std::string_view parent;
    std::string_view child;
};

inline constexpr std::uint16_t no_member = 0xffff;

/// A table's place in the shape. Node 0 is the root; a parent always precedes its children.
struct node_data {
    std::string_view type{};    ///< the C++ struct; for a hop, the struct that names it
    std::string_view schema{};  ///< empty if the table is found by search_path
    std::string_view table{};   ///< empty for embed
    std::string_view member{};  ///< member in the holder's struct; empty for the root
    std::string_view json{};    ///< key in the holder's object; empty for the root
    relation kind{};
    std::uint16_t parent{};   ///< node whose row its links join
    std::uint16_t holder{};   ///< node whose object contains it; not `parent` behind hops and inside embed
    std::uint16_t row{};      ///< node whose row its columns are read from: itself, except for embed
    std::uint16_t depth{};    ///< nesting depth of its object; 0 for the root
    std::uint16_t ordinal{};  ///< position among the holder's members
    std::uint16_t first_child{};  ///< first node in its object; 0 if there is none
    std::uint16_t next{};         ///< next node in the same object; 0 if there is none
    std::uint16_t first_column{};
    std::uint16_t columns{};
    std::uint16_t first_link{};
    std::uint16_t links{};
    aggregate what = aggregate::none;
    std::uint16_t operand = no_member;   ///< ordinal of the member that is aggregated
    std::uint16_t pluck = no_member;     ///< ordinal of the member that replaces the object
    std::uint16_t keyed_by = no_member;  ///< ordinal of the member whose values are the keys of an object
    std::uint32_t steps{};               ///< of ancestors and descendants; 0 for any number
    std::uint32_t limit{};               ///< rows; 0 for all
    std::uint32_t offset{};              ///< rows left out before them
    bool view{};                         ///< declared with depends_on
    std::string_view where{};            ///< SQL condition over its own columns
    std::string_view order{};            ///< ORDER BY list over its own columns
    std::string_view mapping{};          ///< JSON, replaces the mapping of its object
    std::string_view guard_column{};     ///< column of the parent: joined only if it equals `guard_value`
    std::string_view guard_value{};
};

/// A whole shape: its nodes, and their columns and links.
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
    /// Returns one part of a node's key, counted from 0.
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
    /// Returns the column of the member at this position in the struct, or null if that member is a relation.
    [[nodiscard]] constexpr const column_data* member_of(const node_data& node, std::size_t ordinal) const {
        for (const auto& column : columns_of(node)) {
            if (column.ordinal == ordinal) return &column;
        }
        return nullptr;
    }
};

/// Returns true if the node is part of the document, not only of the way to it.
[[nodiscard]] constexpr bool is_shown(const node_data& node) {
    return node.kind != relation::hop && node.kind != relation::source;
}

/// Calls `each(child)` for the nodes in the object of `self`, in the order of their members.
template <typename Each>
constexpr void for_children(const shape_view& shape, std::size_t self, const Each& each) {
    for (std::size_t child = shape.nodes[self].first_child; child != 0; child = shape.nodes[child].next) {
        each(child);
    }
}

/// Calls `column(data)` or `child(node)` for the members of an object, in the order of their declaration.
template <typename Column, typename Child>
constexpr void for_members(const shape_view& shape, std::size_t self, const Column& column,
                           const Child& child) {
    std::size_t below = shape.nodes[self].first_child;
    for (const auto& each : shape.columns_of(shape.nodes[self])) {
        while (below != 0 && shape.nodes[below].ordinal < each.ordinal) {
            child(below);
            below = shape.nodes[below].next;
        }
        column(each);
    }
    for (; below != 0; below = shape.nodes[below].next) child(below);
}

[[nodiscard]] constexpr bool is_recursive(const node_data& node) {
    return node.kind == relation::ancestors || node.kind == relation::descendants;
}

/// Returns true if the node takes any number of rows; the document has them as an array, as an object with
/// keys, or as an aggregate.
[[nodiscard]] constexpr bool is_to_many(const node_data& node) {
    return node.kind == relation::has_many || is_recursive(node);
}

/// Returns true if the node depends on columns that no member names, through SQL in the declaration or
/// because its rows are ordered without a key.
[[nodiscard]] constexpr bool uses_any_column(const shape_view& shape, const node_data& node) {
    if (!node.where.empty() || !node.order.empty()) return true;
    const bool ordered = is_to_many(node) || node.kind == relation::has_one;
    if (ordered && node.what == aggregate::none && shape.key_size(node) == 0) return true;
    for (const auto& each : shape.nodes) {
        const bool embedded = each.kind == relation::embed && &shape.nodes[each.row] == &node;
        if (&each != &node && !embedded) continue;
        for (const auto& column : shape.columns_of(each)) {
            if (column.source == value_source::expression) return true;
        }
    }
    return false;
}

/// Returns true if both nodes have the same table, by schema and name.
[[nodiscard]] constexpr bool same_table(const node_data& a, const node_data& b) {
    return a.schema == b.schema && a.table == b.table;
}

/// Returns true if the columns that link `node` to its parent refer to exactly the parent's key. A row of
/// `node` then contains its parent's key, so no query is needed to find the parent.
[[nodiscard]] constexpr bool links_to_key(const shape_view& shape, const node_data& node) {
    if (node.kind != relation::has_one && node.kind != relation::has_many && node.kind != relation::hop &&
        node.kind != relation::source) {
        return false;
    }
    const auto& parent = shape.nodes[node.parent];
    const auto links = shape.links_of(node);
    if (links.empty() || links.size() != shape.key_size(parent)) return false;
    for (std::size_t part = 0; part < links.size(); ++part) {
        bool found = false;
        for (const auto& link : links) found = found || link.parent == shape.key_of(parent, part).name;
        if (!found) return false;
    }
    return true;
}

/// Returns the column of `node` that holds part `part` of its parent's key. Requires links_to_key().
[[nodiscard]] constexpr std::string_view link_for_key_part(const shape_view& shape, const node_data& node,
                                                           std::size_t part) {
    const auto name = shape.key_of(shape.nodes[node.parent], part).name;
    for (const auto& link : shape.links_of(node)) {
        if (link.parent == name) return link.child;
    }
    return {};
}

}  // namespace pgsync
