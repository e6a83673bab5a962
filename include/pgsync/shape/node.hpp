#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// A declaration as plain data: what SQL, mapping and routing are made from.
namespace pgsync {

/// What a value is, as far as SQL, mapping and checks against the catalog care.
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
    json_path,   ///< inside a json column
};

/// How a node hangs on its parent.
enum class relation : std::uint8_t {
    root,
    belongs_to,   ///< the parent's row refers to it
    has_one,      ///< its rows refer to the parent's; the first counts
    has_many,     ///< the same, all of them
    ancestors,    ///< the same table, upwards any number of steps
    descendants,  ///< downwards
    embed,        ///< no table: an object of the parent's own row
    hop,          ///< a link table on the way to the next node; in no document
    source,       ///< a table that its sibling, a view, is made of; in no document
};

/// What of the rows of a to-many node enters the document.
enum class aggregate : std::uint8_t { none, count, exists, sum, avg, min, max };

/// One member of a node that is no relation.
struct column_data {
    std::string_view member;  ///< the C++ member
    std::string_view name;    ///< in the database, unquoted; empty for an expression
    std::string_view json;    ///< key in the document
    value_kind kind{};
    value_source source{};
    std::uint16_t ordinal{};     ///< position among the struct's members
    std::uint16_t dimensions{};  ///< of a vector
    bool array{};                ///< an array of such values
    bool key{};
    bool nullable{};
    bool hidden{};
    std::string_view analyzer{};  ///< of analysed text, where it is not the index's own
    std::string_view mapping{};   ///< JSON, in place of what the kind stands for
    std::string_view sql{};       ///< of an expression
    std::string_view path{};      ///< of json_path, as PostgreSQL writes an array: `{"a","b"}`
};

/// One pair of joined columns: `parent.parent_column = child.child_column`.
struct link_data {
    std::string_view parent;
    std::string_view child;
};

inline constexpr std::uint16_t no_member = 0xffff;

/// A table's place in the shape. Node 0 is the root; a parent always stands before its children.
struct node_data {
    std::string_view type{};    ///< the C++ struct; of a hop, the struct that names it
    std::string_view schema{};  ///< empty: found by search_path
    std::string_view table{};   ///< empty for embed
    std::string_view member{};  ///< in the holder's struct; empty for the root
    std::string_view json{};    ///< key in the holder's object; empty for the root
    relation kind{};
    std::uint16_t parent{};   ///< whose row its links join
    std::uint16_t holder{};   ///< in whose object it stands: other than the parent behind hops and in embed
    std::uint16_t row{};      ///< whose row its columns are: its own but for embed
    std::uint16_t depth{};    ///< of its object
    std::uint16_t ordinal{};  ///< position among the holder's members
    std::uint16_t first_child{};  ///< the first node in its object; 0: none
    std::uint16_t next{};         ///< in the same object; 0: none
    std::uint16_t first_column{};
    std::uint16_t columns{};
    std::uint16_t first_link{};
    std::uint16_t links{};
    aggregate what = aggregate::none;
    std::uint16_t operand = no_member;   ///< ordinal of the member that is aggregated
    std::uint16_t pluck = no_member;     ///< of the member that stands for the object
    std::uint16_t keyed_by = no_member;  ///< of the member whose values are the keys of an object
    std::uint32_t steps{};               ///< of ancestors and descendants; 0: all
    std::uint32_t limit{};               ///< 0: all
    bool view{};                         ///< declared with depends_on
    std::string_view where{};            ///< SQL over its own columns
    std::string_view order{};            ///< the same, for ORDER BY
    std::string_view mapping{};          ///< JSON, in place of its object's
    std::string_view guard_column{};     ///< of the parent: joined only where it is `guard_value`
    std::string_view guard_value{};
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
    /// The column whose member has this position in the struct; null where that is a relation.
    [[nodiscard]] constexpr const column_data* member_of(const node_data& node, std::size_t ordinal) const {
        for (const auto& column : columns_of(node)) {
            if (column.ordinal == ordinal) return &column;
        }
        return nullptr;
    }
};

/// Is it part of documents, or only of the way to them?
[[nodiscard]] constexpr bool is_shown(const node_data& node) {
    return node.kind != relation::hop && node.kind != relation::source;
}

/// Calls `each(child)` for the nodes that stand in the object of `self`, in the order of their members.
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

/// Does its object become an array (or, keyed, an object) of any number of rows?
[[nodiscard]] constexpr bool is_to_many(const node_data& node) {
    return node.kind == relation::has_many || is_recursive(node);
}

/// Does it need a look at columns that no member names?
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

/// A table is the same at two nodes when schema and name are.
[[nodiscard]] constexpr bool same_table(const node_data& a, const node_data& b) {
    return a.schema == b.schema && a.table == b.table;
}

/// Do the columns that link `node` to its parent name exactly the parent's key? Then a row of `node` holds
/// its parent's key, and nobody has to be asked for it.
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
