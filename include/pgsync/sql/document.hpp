#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <pgsync/shape/node.hpp>
#include <pgsync/shape/text.hpp>
#include <pgsync/sql/identifier.hpp>
#include <pgsync/sql/source.hpp>
#include <pgsync/sql/value.hpp>

/// The part of a query that builds one JSON document per row. Node i has the alias `n<i>`, the members of its
/// object `d<i>`, and the finished sub-document that its holder joins `j<i>`.
namespace pgsync::detail::sql {

/// How the children of the root are read: each by a look-up of its own for a few keys, or all at once for a
/// page.
enum class plan : std::uint8_t { by_keys, by_page };

/// What a document's query depends on in addition to the shape.
struct query {
    plan how = plan::by_keys;
    reader who = reader::cluster;
    std::string_view where{};    ///< SQL condition on the root's rows
    std::string_view routing{};  ///< column of the root that chooses the shard
    /// The text that write_members() writes for each node. It is most of a query's text, so it is made once
    /// for all queries, and in pieces because compilers limit the steps of one evaluation.
    std::span<const std::string_view> members{};
};

constexpr bool is_emitted(const column_data& column, reader who) {
    return !column.hidden || who != reader::cluster;
}

/// Returns true if an object has a key over 63 bytes. PostgreSQL truncates a column alias at that length, and
/// with it the key that row_to_json makes of it.
constexpr bool has_long_json_key(const shape_view& shape, std::size_t self, reader who) {
    bool any = false;
    for (const auto& column : shape.columns_of(shape.nodes[self])) {
        any = any || (is_emitted(column, who) && column.json.size() > 63);
    }
    for_children(shape, self, [&](std::size_t child) { any = any || shape.nodes[child].json.size() > 63; });
    return any;
}

/// Returns true if the rows of a has_many can be aggregated in one pass for a whole page. They must hold the
/// root's key, and the key must sort the same in every table, which text does not under different collations.
constexpr bool aggregates_by_range(const shape_view& shape, std::size_t self, plan how) {
    const auto& node = shape.nodes[self];
    if (how != plan::by_page || node.kind != relation::has_many || node.holder != 0 || node.parent != 0 ||
        is_cut(node) || node.keyed_by != no_member || !links_to_key(shape, node)) {
        return false;
    }
    for (std::size_t part = 0; part < shape.key_size(shape.root()); ++part) {
        const auto kind = shape.key_of(shape.root(), part).kind;
        if (kind == value_kind::text || kind == value_kind::keyword) return false;
    }
    return true;
}

/// Writes `(n0."a", n0."b") >= ($1, $2) AND (…) <= ($3, $4)`: the range of a page, both ends included, for
/// the root's key or for the columns of a child that hold it. `column` writes one such column.
template <typename Column>
constexpr void write_range(text& out, const shape_view& shape, std::size_t self, const Column& column) {
    const auto parts = shape.key_size(shape.root());
    const auto side = [&](std::string_view comparison, std::size_t first_parameter) {
        out << '(';
        for (std::size_t part = 0; part < parts; ++part) {
            if (part != 0) out << ", ";
            column(self == 0 ? shape.key_of(shape.root(), part).name
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

/// Returns the SQL for a child that has no rows; empty where that is null.
constexpr std::string_view empty_value(const node_data& node) {
    switch (node.what) {
        case aggregate::none:
            return node.keyed_by != no_member ? "'{}'" : is_to_many(node) ? "'[]'" : "";
        case aggregate::count:
        case aggregate::sum:
            return "0";
        case aggregate::exists:
            return "false";
        default:
            return "";
    }
}

/// Returns true for an aggregate whose digits a JSON parser would round.
constexpr bool is_exact(const shape_view& shape, const node_data& node) {
    if (node.what == aggregate::sum || node.what == aggregate::avg) return true;
    return (node.what == aggregate::min || node.what == aggregate::max) &&
           shape.member_of(node, node.operand)->kind == value_kind::decimal;
}

/// Writes the value of a child in its holder's object.
constexpr void write_child_value(text& out, const shape_view& shape, std::size_t child, reader who) {
    const auto& node = shape.nodes[child];
    const auto empty = empty_value(node);
    if (empty.empty()) {
        out << 'j' << child << ".doc";
    } else {
        out << "coalesce(j" << child << ".doc, " << empty << ')';
    }
    if (who == reader::typed_transform && is_exact(shape, node)) out << "::text";
}

/// Calls `each(json, write)` for the members that a reader sees, in the order of their declaration. `write()`
/// writes the value.
template <typename Each>
constexpr void for_values(text& out, const shape_view& shape, std::size_t self, reader who,
                          const Each& each) {
    for_members(
        shape, self,
        [&](const column_data& column) {
            if (is_emitted(column, who))
                each(column.json, [&] { write_value(out, shape, self, column, who); });
        },
        [&](std::size_t child) {
            each(shape.nodes[child].json, [&] { write_child_value(out, shape, child, who); });
        });
}

/// Writes the expression for a node's object: `row_to_json(d0.*)`, the fastest that PostgreSQL has, or
/// json_build_object if a key is too long for a column alias. Without the `.*`, a column called d0 would take
/// precedence.
constexpr void write_object(text& out, const shape_view& shape, std::size_t self, reader who) {
    if (!has_long_json_key(shape, self, who)) {
        out << "row_to_json(d" << self << ".*)";
        return;
    }
    out << "json_build_object(";
    bool first = true;
    for_values(out, shape, self, who, [&](std::string_view json, const auto& write) {
        if (!first) out << ", ";
        first = false;
        write_literal(out, json);
        out << ", ";
        write();
    });
    out << ')';
}

/// Writes `(SELECT … AS "name", …) d0`: the members of a node's object, in the order of their declaration. A
/// struct whose members are all hidden yields an empty object.
constexpr void write_members(text& out, const shape_view& shape, std::size_t self, reader who) {
    out << "(SELECT ";
    bool first = true;
    for_values(out, shape, self, who, [&](std::string_view json, const auto& write) {
        if (!first) out << ", ";
        first = false;
        write();
        out << " AS ";
        write_identifier(out, json);
    });
    out << ") d" << self;
}

constexpr void write_children(text& out, const shape_view& shape, std::size_t self, const query& with);

/// Writes what one row of a relation contributes to the holder's object, or to the aggregate over its rows.
constexpr void write_row_value(text& out, const shape_view& shape, std::size_t self, reader who) {
    const auto& node = shape.nodes[self];
    if (node.pluck != no_member) {
        write_value(out, shape, self, *shape.member_of(node, node.pluck), who);
    } else {
        write_object(out, shape, self, who);
    }
}

constexpr void write_order(text& out, const shape_view& shape, std::size_t self) {
    const auto& node = shape.nodes[self];
    if (is_numbered(shape, node)) {
        out << 'n' << self << ".\"pgsync order\"";
        return;
    }
    if (is_recursive(node)) {
        out << 'n' << self << ".\"pgsync step\"" << (node.kind == relation::ancestors ? " DESC, " : ", ");
    }
    write_key(out, shape, self);
}

/// Writes `sum(…)` or `avg(…)`. Floating point numbers are added in the order of their rows, so that every
/// query computes the same result, and are scaled down meanwhile: PostgreSQL reports an overflow as an error,
/// which would keep the document out of the index.
constexpr void write_total(text& out, const shape_view& shape, std::size_t self) {
    const auto& node = shape.nodes[self];
    const auto& column = *shape.member_of(node, node.operand);
    const auto name = node.what == aggregate::sum ? "sum(" : "avg(";
    if (column.kind != value_kind::float32 && column.kind != value_kind::float64) {
        out << name;
        write_operand(out, shape, self, column);
        out << ')';
        return;
    }
    const auto small = [&] {
        out << name;
        write_operand(out, shape, self, column);
        out << "::float8 / 18446744073709551616.0::float8 ORDER BY ";
        if (shape.key_size(node) != 0) {
            write_key(out, shape, self);
        } else {
            write_operand(out, shape, self, column);
        }
        out << ')';
    };
    out << "CASE WHEN abs(";
    small();
    out << ") BETWEEN 9.7e288 AND 1.7e308 THEN sign(";
    small();
    out << ") * 'Infinity'::float8 ELSE ";
    small();
    out << " * 18446744073709551616.0::float8 END";
}

/// Writes `count(*)`, `json_agg(… ORDER BY …)` and so on: the value that the rows of a relation make.
constexpr void write_aggregate(text& out, const shape_view& shape, std::size_t self, reader who) {
    const auto& node = shape.nodes[self];
    const auto of = [&](std::string_view function) {
        const auto& column = *shape.member_of(node, node.operand);
        out << function << '(';
        write_operand(out, shape, self, column);
        out << ')';
        if (column.kind == value_kind::int64) out << "::bigint";  // see write_value
    };
    switch (node.what) {
        case aggregate::count:
            out << "count(*)";
            return;
        case aggregate::exists:
            out << "true";
            return;
        case aggregate::sum:
        case aggregate::avg:
            return write_total(out, shape, self);
        case aggregate::min:
            return of("min");
        case aggregate::max:
            return of("max");
        case aggregate::none:
            break;
    }
    if (!is_to_many(node)) return write_row_value(out, shape, self, who);
    if (node.keyed_by != no_member) {
        const auto key = [&] {
            write_operand(out, shape, self, *shape.member_of(node, node.keyed_by));
            out << "::text";
        };
        out << "json_object_agg(";
        key();
        out << ", ";
        write_row_value(out, shape, self, who);
        out << " ORDER BY ";
        key();
        out << " COLLATE \"C\")";
        return;
    }
    out << "json_agg(";
    write_row_value(out, shape, self, who);
    out << " ORDER BY ";
    write_order(out, shape, self);
    out << ')';
}

/// Writes an object made of the holder's own row.
constexpr void write_embedded(text& out, const shape_view& shape, std::size_t self, const query& with) {
    out << " CROSS JOIN LATERAL (SELECT ";
    write_object(out, shape, self, with.who);
    out << " AS doc FROM (SELECT 1) e" << self;
    write_children(out, shape, self, with);
    out << ") j" << self;
}

/// Writes one child as a join that yields `j<i>.doc`, at most one row for each row of the parent.
constexpr void write_child(text& out, const shape_view& shape, std::size_t self, const query& with) {
    const auto& node = shape.nodes[self];
    if (node.kind == relation::embed) return write_embedded(out, shape, self, with);
    const bool by_range = aggregates_by_range(shape, self, with.how);
    const bool numbered = is_numbered(shape, node);
    const auto parts = shape.key_size(shape.root());
    const auto key_part = [&](std::size_t part) {
        write_column(out, self, link_for_key_part(shape, node, part));
    };
    out << (by_range ? " LEFT JOIN (SELECT " : " LEFT JOIN LATERAL (SELECT ");
    for (std::size_t part = 0; by_range && part < parts; ++part) {
        key_part(part);
        out << " AS l" << (part + 1) << ", ";
    }
    write_aggregate(out, shape, self, with.who);
    out << " AS doc FROM ";
    const auto join = [&](std::string_view alias) {
        if (!by_range) {
            write_join(out, shape, self, alias);
            return;
        }
        write_range(out, shape, self,
                    [&](std::string_view name) { write_column_of(out, self, alias, name); });
    };
    write_rows(out, shape, self, {}, [&] { join("t"); });
    write_children(out, shape, self, with);
    bool conditions = false;
    const auto condition = [&] {
        out << (conditions ? " AND " : " WHERE ");
        conditions = true;
    };
    if (!numbered && !is_recursive(node)) {
        condition();
        join({});
    }
    if (node.keyed_by != no_member) {
        condition();
        out << 'n' << self << ".\"pgsync order\" = 1 AND ";
        write_operand(out, shape, self, *shape.member_of(node, node.keyed_by));
        out << " IS NOT NULL";
    }
    if (by_range) {
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
    if (node.kind == relation::has_one) {
        out << " ORDER BY ";
        write_order(out, shape, self);
        out << " LIMIT 1";
    } else if (node.what == aggregate::exists || (node.kind == relation::belongs_to && node.view)) {
        // A view's rows are not guaranteed to be unique.
        if (node.kind == relation::belongs_to && shape.key_size(node) != 0) {
            out << " ORDER BY ";
            write_key(out, shape, self);
        }
        out << " LIMIT 1";
    }
    out << ") j" << self << " ON true";
}

/// Writes the joins of the sub-documents in the object of `self`, and then its own members.
constexpr void write_children(text& out, const shape_view& shape, std::size_t self, const query& with) {
    const auto& node = shape.nodes[self];
    if (node.what != aggregate::none || node.pluck != no_member) return;
    for_children(shape, self, [&](std::size_t child) { write_child(out, shape, child, with); });
    if (has_long_json_key(shape, self, with.who)) return;
    out << " CROSS JOIN LATERAL " << with.members[self];
}

}  // namespace pgsync::detail::sql
