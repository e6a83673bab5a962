#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <pgsync/shape/node.hpp>
#include <pgsync/shape/text.hpp>
#include <pgsync/sql/identifier.hpp>

/// The part of a query that builds one JSON document a row. Node i is called `n<i>`, its object's members
/// `d<i>`, and the finished sub-document its parent joins `j<i>`.
namespace pgsync::detail::sql {

/// How the children of the root are fetched: for a few keys each by its own look-up, for a page all at once.
enum class plan : std::uint8_t { by_keys, by_page };

/// PostgreSQL cuts a column alias, and with it a key made by row_to_json, at 63 bytes.
constexpr bool has_long_json_key(const shape_view& shape, std::size_t self) {
    for (const auto& column : shape.columns_of(shape.nodes[self])) {
        if (!column.hidden && column.json.size() > 63) return true;
    }
    for (const auto& node : shape.nodes) {
        if (node.kind != relation::root && node.parent == self && node.json.size() > 63) return true;
    }
    return false;
}

/// The to-many rows of a whole page are aggregated in one pass when they hold the root's key and that key
/// sorts alike in every table, which text under different collations does not.
constexpr bool aggregates_by_range(const shape_view& shape, std::size_t self, plan how) {
    const auto& node = shape.nodes[self];
    if (how != plan::by_page || node.kind != relation::has_many || node.parent != 0 ||
        !links_to_key(shape, node)) {
        return false;
    }
    for (std::size_t part = 0; part < shape.key_size(shape.root()); ++part) {
        const auto kind = shape.key_of(shape.root(), part).kind;
        if (kind == value_kind::text || kind == value_kind::keyword) return false;
    }
    return true;
}

/// `(n0."a", n0."b") >= ($1, $2) AND (…) <= ($3, $4)`: the closed range of a page, for the root's key or for
/// the columns of a child that hold it.
constexpr void write_range(text& out, const shape_view& shape, std::size_t self) {
    const auto parts = shape.key_size(shape.root());
    const auto side = [&](std::string_view comparison, std::size_t first_parameter) {
        out << '(';
        for (std::size_t part = 0; part < parts; ++part) {
            if (part != 0) out << ", ";
            write_column(out, self,
                         self == 0 ? shape.key_of(shape.root(), part).name
                                   : link_for_key_part(shape, shape.nodes[self], part));
        }
        out << ") " << comparison << " (";
        for (std::size_t part = 0; part < parts; ++part) {
            if (part != 0) out << ", ";
            out << '$' << (first_parameter + part);
        }
        out << ')';
    };
    side(">=", 1);
    out << " AND ";
    side("<=", 1 + parts);
}

constexpr void write_value(text& out, const shape_view& shape, std::size_t self, std::size_t ordinal,
                           std::string_view& json) {
    for (const auto& column : shape.columns_of(shape.nodes[self])) {
        if (column.ordinal != ordinal || column.hidden) continue;
        write_column(out, self, column.name);
        json = column.json;
        return;
    }
    for (std::size_t child = self + 1; child < shape.nodes.size(); ++child) {
        const auto& node = shape.nodes[child];
        if (node.parent != self || node.ordinal != ordinal) continue;
        if (node.kind == relation::has_many) {
            out << "coalesce(j" << child << ".doc, '[]')";
        } else {
            out << 'j' << child << ".doc";
        }
        json = node.json;
        return;
    }
}

/// Number of members the struct of a node has, relations included.
constexpr std::size_t member_total(const shape_view& shape, std::size_t self) {
    std::size_t total = shape.nodes[self].columns;
    for (std::size_t child = self + 1; child < shape.nodes.size(); ++child) {
        total += shape.nodes[child].parent == self ? 1U : 0U;
    }
    return total;
}

/// The expression that is the object of a node: `row_to_json(d0.*)`, the fastest PostgreSQL has, or
/// json_build_object where a key is too long for a column alias. Without `.*` a column called d0 would be
/// meant.
constexpr void write_object(text& out, const shape_view& shape, std::size_t self) {
    if (!has_long_json_key(shape, self)) {
        out << "row_to_json(d" << self << ".*)";
        return;
    }
    out << "json_build_object(";
    bool first = true;
    for (std::size_t ordinal = 0; ordinal < member_total(shape, self); ++ordinal) {
        std::string_view json;
        text nothing;
        write_value(nothing, shape, self, ordinal, json);
        if (json.empty()) continue;
        if (!first) out << ", ";
        first = false;
        write_literal(out, json);
        out << ", ";
        write_value(out, shape, self, ordinal, json);
    }
    out << ')';
}

/// The members of a node's object in the order of their declaration.
constexpr void write_members(text& out, const shape_view& shape, std::size_t self) {
    if (has_long_json_key(shape, self)) return;
    out << " CROSS JOIN LATERAL (SELECT ";
    bool first = true;
    for (std::size_t ordinal = 0; ordinal < member_total(shape, self); ++ordinal) {
        std::string_view json;
        text nothing;
        write_value(nothing, shape, self, ordinal, json);
        if (json.empty()) continue;
        if (!first) out << ", ";
        first = false;
        write_value(out, shape, self, ordinal, json);
        out << " AS ";
        write_identifier(out, json);
    }
    out << ") d" << self;
}

/// `n2."booking_id" = n0."id" AND …`
constexpr void write_link(text& out, const shape_view& shape, std::size_t self) {
    const auto& node = shape.nodes[self];
    bool first = true;
    for (const auto& link : shape.links_of(node)) {
        if (!first) out << " AND ";
        first = false;
        write_column(out, self, link.child);
        out << " = ";
        write_column(out, node.parent, link.parent);
    }
}

/// `FROM table n<i>`, the sub-documents of its children, and its own members.
constexpr void write_source(text& out, const shape_view& shape, std::size_t self, plan how);

/// One child as a join that yields `j<i>.doc`, at most one row for each row of the parent.
constexpr void write_child(text& out, const shape_view& shape, std::size_t self, plan how) {
    const auto& node = shape.nodes[self];
    if (aggregates_by_range(shape, self, how)) {
        const auto parts = shape.key_size(shape.root());
        const auto key_part = [&](std::size_t part) {
            write_column(out, self, link_for_key_part(shape, node, part));
        };
        out << " LEFT JOIN (SELECT ";
        for (std::size_t part = 0; part < parts; ++part) {
            key_part(part);
            out << " AS l" << (part + 1) << ", ";
        }
        out << "json_agg(";
        write_object(out, shape, self);
        out << " ORDER BY ";
        write_key(out, shape, self);
        out << ") AS doc";
        write_source(out, shape, self, how);
        out << " WHERE ";
        write_range(out, shape, self);
        out << " GROUP BY ";
        for (std::size_t part = 0; part < parts; ++part) {
            if (part != 0) out << ", ";
            key_part(part);
        }
        out << ") j" << self << " ON ";
        for (std::size_t part = 0; part < parts; ++part) {
            if (part != 0) out << " AND ";
            out << 'j' << self << ".l" << (part + 1) << " = ";
            write_column(out, 0, shape.key_of(shape.root(), part).name);
        }
        return;
    }
    out << " LEFT JOIN LATERAL (SELECT ";
    if (node.kind == relation::has_many) {
        out << "json_agg(";
        write_object(out, shape, self);
        out << " ORDER BY ";
        write_key(out, shape, self);
        out << ')';
    } else {
        write_object(out, shape, self);
    }
    out << " AS doc";
    write_source(out, shape, self, how);
    out << " WHERE ";
    write_link(out, shape, self);
    if (node.kind == relation::has_one) {
        out << " ORDER BY ";
        write_key(out, shape, self);
        out << " LIMIT 1";
    }
    out << ") j" << self << " ON true";
}

constexpr void write_source(text& out, const shape_view& shape, std::size_t self, plan how) {
    out << " FROM ";
    write_table(out, shape.nodes[self]);
    out << " n" << self;
    for (std::size_t child = self + 1; child < shape.nodes.size(); ++child) {
        if (shape.nodes[child].parent == self) write_child(out, shape, child, how);
    }
    write_members(out, shape, self);
}

}  // namespace pgsync::detail::sql
