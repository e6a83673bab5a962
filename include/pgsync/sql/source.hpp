#pragma once

#include <cstddef>

#include <pgsync/shape/node.hpp>
#include <pgsync/shape/text.hpp>
#include <pgsync/sql/identifier.hpp>
#include <pgsync/sql/value.hpp>

/// The source of a node's rows before its relations are joined: its table, as `n<i>`, or a query over it if
/// SQL in the declaration must see only the table's own columns.
namespace pgsync::detail::sql {

/// Calls `each(node, column)` for the expressions of a row: those of its node and of the structs embedded in
/// it.
template <typename Each>
constexpr void for_expressions(const shape_view& shape, std::size_t row, const Each& each) {
    for (std::size_t at = row; at < shape.nodes.size(); ++at) {
        if (shape.nodes[at].row != row) continue;
        for (const auto& column : shape.columns_of(shape.nodes[at])) {
            if (column.source == value_source::expression) each(at, column);
        }
    }
}

/// Writes the expressions of a row as further columns: `, (price * quantity) AS "pgsync 3.2"`.
constexpr void write_expressions(text& out, const shape_view& shape, std::size_t row) {
    for_expressions(shape, row, [&](std::size_t at, const column_data& column) {
        out << ", (" << column.sql << ") AS ";
        write_expression_name(out, at, column);
    });
}

constexpr bool has_expressions(const shape_view& shape, std::size_t row) {
    bool any = false;
    for_expressions(shape, row, [&](std::size_t, const column_data&) { any = true; });
    return any;
}

/// Writes `a.x = b.y AND …` for the links of a node. The callbacks write the two sides.
template <typename Parent, typename Child>
constexpr void write_links(text& out, const shape_view& shape, std::size_t self, const Parent& parent,
                           const Child& child) {
    bool first = true;
    for (const auto& link : shape.links_of(shape.nodes[self])) {
        if (!first) out << " AND ";
        first = false;
        child(link.child);
        out << " = ";
        parent(link.parent);
    }
}

/// Writes a column of a node's row. The row's name is `alias`, or `n<i>` if that is empty.
constexpr void write_column_of(text& out, std::size_t self, std::string_view alias, std::string_view name) {
    if (alias.empty()) {
        write_column(out, self, name);
    } else {
        out << alias << '.';
        write_identifier(out, name);
    }
}

/// Writes ` AND n0."kind"::text = 'post'` for a case of belongs_to_any: the parent's row must refer to this
/// case. Writes nothing for other nodes.
constexpr void write_guard(text& out, const node_data& node) {
    if (node.guard_column.empty()) return;
    out << " AND ";
    write_column(out, node.parent, node.guard_column);
    out << "::text = ";
    write_literal(out, node.guard_value);
}

/// Writes the condition that joins a node to its parent: `n4."near" = n0."id"`, or for rows behind link
/// tables `(n5."id") IN (SELECT n4."far" FROM …)`, so that each row appears once. `alias` is the name of the
/// node's own row, without the dot; if empty, `n<i>`.
constexpr void write_join(text& out, const shape_view& shape, std::size_t self, std::string_view alias = {}) {
    const auto& node = shape.nodes[self];
    const auto own = [&](std::string_view name) { write_column_of(out, self, alias, name); };
    if (shape.nodes[node.parent].kind != relation::hop) {
        write_links(
            out, shape, self, [&](std::string_view name) { write_column(out, node.parent, name); }, own);
        write_guard(out, node);
        return;
    }
    out << '(';
    bool first = true;
    for (const auto& link : shape.links_of(node)) {
        if (!first) out << ", ";
        first = false;
        own(link.child);
    }
    out << ") IN (SELECT ";
    first = true;
    for (const auto& link : shape.links_of(node)) {
        if (!first) out << ", ";
        first = false;
        write_column(out, node.parent, link.parent);
    }
    out << " FROM ";
    std::size_t hop = node.parent;
    write_table(out, shape.nodes[hop]);
    out << " n" << hop;
    while (shape.nodes[shape.nodes[hop].parent].kind == relation::hop) {
        const std::size_t before = shape.nodes[hop].parent;
        out << " JOIN ";
        write_table(out, shape.nodes[before]);
        out << " n" << before << " ON ";
        write_links(
            out, shape, hop, [&](std::string_view name) { write_column(out, before, name); },
            [&](std::string_view name) { write_column(out, hop, name); });
        hop = before;
    }
    out << " WHERE ";
    write_links(
        out, shape, hop, [&](std::string_view name) { write_column(out, shape.nodes[hop].parent, name); },
        [&](std::string_view name) { write_column(out, hop, name); });
    out << ')';
}

/// Writes the key of a row called `alias`, or the whole row as text if it has no key. At the end of an ORDER
/// BY it makes the order complete.
constexpr void write_tie_break(text& out, const shape_view& shape, std::size_t self, std::string_view alias) {
    const auto& node = shape.nodes[self];
    if (shape.key_size(node) == 0) {
        out << '(' << alias << ".*)::text COLLATE \"C\"";
        return;
    }
    for (std::size_t part = 0; part < shape.key_size(node); ++part) {
        if (part != 0) out << ", ";
        out << alias << '.';
        write_identifier(out, shape.key_of(node, part).name);
    }
}

/// Returns true if the node shows only a part of its rows, by their order.
constexpr bool is_cut(const node_data& node) { return node.limit != 0 || node.offset != 0; }

/// Returns true if the source of a node numbers its rows.
constexpr bool is_numbered(const shape_view& shape, const node_data& node) {
    if (node.what != aggregate::none) return false;
    return !node.order.empty() || is_cut(node) || node.keyed_by != no_member ||
           (node.kind != relation::root && node.kind != relation::belongs_to && !is_recursive(node) &&
            shape.key_size(node) == 0);
}

/// Writes the recursive query for the rows above or below a row of the same table, each once, with the number
/// of steps to it. The query follows a link only to a row that is not on the way yet, so it ends even if the
/// rows form a cycle.
constexpr void write_recursion(text& out, const shape_view& shape, std::size_t self) {
    const auto& node = shape.nodes[self];
    const auto parts = shape.key_size(node);
    const auto links = shape.links_of(node);
    const auto columns = [&](std::string_view alias) {
        for (std::size_t part = 0; part < parts; ++part) {
            out << alias << '.';
            write_identifier(out, shape.key_of(node, part).name);
            out << ", ";
        }
        for (const auto& link : links) {
            out << alias << '.';
            write_identifier(out, link.parent);
            out << ", ";
        }
    };
    const auto identity = [&](const auto& alias) {
        out << "ROW(";
        for (std::size_t part = 0; part < parts; ++part) {
            if (part != 0) out << ", ";
            alias();
            out << '.';
            write_identifier(out, shape.key_of(node, part).name);
        }
        out << ")::text";
    };
    const auto t = [&] { out << 't'; };
    const auto parent = [&] { out << 'n' << static_cast<std::size_t>(node.parent); };
    const auto own = [&](std::string_view name) {
        out << "t.";
        write_identifier(out, name);
    };
    out << "WITH RECURSIVE \"pgsync r\"(";
    for (std::size_t part = 0; part < parts; ++part) out << 'k' << (part + 1) << ", ";
    for (std::size_t i = 0; i < links.size(); ++i) out << 'l' << (i + 1) << ", ";
    out << "step, way) AS (SELECT ";
    columns("t");
    out << "1, ARRAY[";
    identity(parent);
    out << ", ";
    identity(t);
    out << "] FROM ";
    write_table(out, node);
    out << " t WHERE ";
    write_links(
        out, shape, self, [&](std::string_view name) { write_column(out, node.parent, name); }, own);
    out << " AND ";
    identity(t);
    out << " <> ";
    identity(parent);
    out << " UNION ALL SELECT ";
    columns("t");
    out << "r.step + 1, r.way || ";
    identity(t);
    out << " FROM \"pgsync r\" r JOIN ";
    write_table(out, node);
    out << " t ON ";
    for (std::size_t i = 0; i < links.size(); ++i) {
        if (i != 0) out << " AND ";
        own(links[i].child);
        out << " = r.l" << (i + 1);
    }
    out << " AND ";
    identity(t);
    out << " <> ALL (r.way)";
    if (node.steps != 0) out << " WHERE r.step < " << static_cast<std::size_t>(node.steps);
    out << ") ";
}

/// Writes `"table" n5`, or `(SELECT *, … FROM "table" t WHERE …) n5`. If the rows are numbered or found by
/// recursion, they are already joined to the parent in there. For numbered rows, `inside` writes that
/// condition for the alias `t`.
template <typename Inside>
constexpr void write_rows(text& out, const shape_view& shape, std::size_t self, std::string_view root_where,
                          const Inside& inside) {
    const auto& node = shape.nodes[self];
    const auto where = self == 0 ? root_where : node.where;
    const bool numbered = is_numbered(shape, node);
    if (!numbered && !is_recursive(node) && where.empty() && !has_expressions(shape, self)) {
        write_table(out, node);
        out << " n" << self;
        return;
    }
    out << '(';
    if (is_recursive(node)) write_recursion(out, shape, self);
    // SQL in the declaration must not see the columns of the tables joined to this one.
    out << "SELECT t.*";
    if (is_recursive(node)) out << ", r.step AS \"pgsync step\"";
    if (numbered) {
        out << ", row_number() OVER (";
        if (node.keyed_by != no_member) {
            const auto& column = *shape.member_of(node, node.keyed_by);
            out << "PARTITION BY t.";
            if (column.source == value_source::expression) {
                write_expression_name(out, self, column);
            } else {
                write_identifier(out, column.name);
            }
            out << ' ';
        }
        out << "ORDER BY ";
        if (!node.order.empty()) out << node.order << ", ";
        write_tie_break(out, shape, self, "t");
        out << ") AS \"pgsync order\"";
    }
    out << " FROM ";
    if (is_recursive(node)) {
        out << "\"pgsync r\" r JOIN ";
    }
    out << "(SELECT *";
    write_expressions(out, shape, self);
    out << " FROM ";
    write_table(out, node);
    if (!where.empty()) out << " WHERE (" << where << ")";
    out << ") t";
    if (is_recursive(node)) {
        out << " ON ";
        for (std::size_t part = 0; part < shape.key_size(node); ++part) {
            if (part != 0) out << " AND ";
            out << "t.";
            write_identifier(out, shape.key_of(node, part).name);
            out << " = r.k" << (part + 1);
        }
    }
    if (numbered) {
        out << " WHERE ";
        inside();
        if (is_cut(node)) out << " ORDER BY \"pgsync order\"";
        if (node.limit != 0) out << " LIMIT " << static_cast<std::size_t>(node.limit);
        if (node.offset != 0) out << " OFFSET " << static_cast<std::size_t>(node.offset);
    }
    out << ") n" << self;
}

}  // namespace pgsync::detail::sql
