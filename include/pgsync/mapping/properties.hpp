#pragma once

#include <cstddef>
#include <string_view>

#include <pgsync/mapping/json_text.hpp>
#include <pgsync/shape/node.hpp>
#include <pgsync/shape/text.hpp>
#include <pgsync/shape/value_traits.hpp>

namespace pgsync::detail::mapping {

/// Returns the mapping for a kind of value. Values that PostgreSQL allows and the index does not (infinity,
/// NaN, years beyond its range, networks) stay in the source without being indexed, so that they never make
/// the cluster reject a document. 8,191 is the largest number of characters that fits into Lucene's longest
/// term in UTF-8.
constexpr std::string_view field_mapping(value_kind kind) {
    using namespace std::string_view_literals;  // their length is known without counting
    switch (kind) {
        case value_kind::boolean:
            return R"({"type":"boolean"})"sv;
        case value_kind::int16:
            return R"({"type":"short"})"sv;
        case value_kind::int32:
            return R"({"type":"integer"})"sv;
        case value_kind::int64:
            return R"({"type":"long"})"sv;
        case value_kind::float32:
            return R"({"type":"float","ignore_malformed":true})"sv;
        case value_kind::float64:
        case value_kind::decimal:
            return R"({"type":"double","ignore_malformed":true})"sv;
        case value_kind::text:
            return R"({"type":"text","fields":{"keyword":{"type":"keyword","ignore_above":8191}}})"sv;
        case value_kind::keyword:
            return R"({"type":"keyword","ignore_above":8191})"sv;
        case value_kind::uuid:
        case value_kind::enumeration:
        case value_kind::time_of_day:
            return R"({"type":"keyword"})"sv;
        case value_kind::date:
        case value_kind::timestamp:
        case value_kind::timestamptz:
            return R"({"type":"date","format":"strict_date_optional_time","ignore_malformed":true})"sv;
        case value_kind::inet:
            return R"({"type":"ip","ignore_malformed":true})"sv;
        case value_kind::bytea:
            return R"({"type":"binary"})"sv;
        case value_kind::json:
            return R"({"type":"object","enabled":false})"sv;
        case value_kind::geo_point:
            return R"({"type":"geo_point","ignore_malformed":true})"sv;
        case value_kind::vector:
            return {};
        case value_kind::int32_range:
            return R"({"type":"integer_range"})"sv;
        case value_kind::int64_range:
            return R"({"type":"long_range"})"sv;
        case value_kind::decimal_range:
            return R"({"type":"double_range"})"sv;
        case value_kind::date_range:
        case value_kind::timestamp_range:
        case value_kind::timestamptz_range:
            return R"({"type":"date_range","format":"strict_date_optional_time"})"sv;
    }
    return {};
}

/// Returns true if a document can contain any number of objects of the node.
constexpr bool is_below_many(const shape_view& shape, std::size_t self) {
    for (std::size_t at = self; at != 0; at = shape.nodes[at].holder) {
        if (is_to_many(shape.nodes[at])) return true;
    }
    return false;
}

/// Writes the mapping of one column. `many`: a document can contain several of its values.
constexpr void write_field(text& out, const column_data& column, bool many) {
    if (!column.mapping.empty()) {
        out << column.mapping;
    } else if (column.kind == value_kind::vector && many) {
        // Clusters index one vector per document and reject more; these stay in the source only.
        out << R"({"type":"float","index":false,"doc_values":false})";
    } else if (column.kind == value_kind::vector) {
        // In Elasticsearch's syntax; for OpenSearch's see sink/elastic/dialect.hpp.
        out << R"({"type":"dense_vector","dims":)" << static_cast<std::size_t>(column.dimensions) << '}';
    } else if (!column.analyzer.empty()) {
        out << R"({"type":"text","analyzer":)";
        write_json_string(out, column.analyzer);
        out << R"(,"fields":{"keyword":{"type":"keyword","ignore_above":8191}}})";
    } else if (column.source == value_source::json_path && traits_of(column.kind).whole) {
        // Inside JSON a number can have any size, and a string (next branch) any length.
        const auto plain = field_mapping(column.kind);
        out << plain.substr(0, plain.size() - 1) << R"(,"ignore_malformed":true})";
    } else if (column.source == value_source::json_path &&
               (column.kind == value_kind::uuid || column.kind == value_kind::enumeration ||
                column.kind == value_kind::time_of_day)) {
        out << field_mapping(value_kind::keyword);
    } else {
        out << field_mapping(column.kind);
    }
}

/// Writes the mapping of what a relation contributes to its holder's object.
constexpr void write_relation(text& out, const shape_view& shape, std::size_t self);

/// Writes the mapping of an aggregate's value.
constexpr void write_aggregate(text& out, const shape_view& shape, const node_data& node) {
    const auto* operand = node.operand == no_member ? nullptr : shape.member_of(node, node.operand);
    switch (node.what) {
        case aggregate::count:
            out << field_mapping(value_kind::int64);
            return;
        case aggregate::exists:
            out << field_mapping(value_kind::boolean);
            return;
        case aggregate::min:
        case aggregate::max:
            return write_field(out, *operand, false);
        default:
            // A sum of integers can exceed the integer types of the index.
            out << field_mapping(value_kind::decimal);
    }
}

/// Writes the `properties` of the index, in the order of the declaration:
/// `{"id":{"type":"long"},…,"guest":{"properties":{…}}}`.
constexpr void write_properties(text& out, const shape_view& shape, std::size_t self = 0) {
    out << '{';
    bool first = true;
    const auto name = [&](std::string_view json) {
        if (!first) out << ',';
        first = false;
        write_json_string(out, json);
        out << ':';
    };
    const bool many = is_below_many(shape, self);
    for_members(
        shape, self,
        [&](const column_data& column) {
            if (column.hidden) return;
            name(column.json);
            write_field(out, column, many);
        },
        [&](std::size_t child) {
            name(shape.nodes[child].json);
            write_relation(out, shape, child);
        });
    out << '}';
}

constexpr void write_relation(text& out, const shape_view& shape, std::size_t self) {
    const auto& node = shape.nodes[self];
    if (!node.mapping.empty()) {
        out << node.mapping;
    } else if (node.what != aggregate::none) {
        write_aggregate(out, shape, node);
    } else if (node.keyed_by != no_member) {
        // Keys that are data would otherwise each become a field of the index.
        out << R"({"type":"object","enabled":false})";
    } else if (node.pluck != no_member) {
        write_field(out, *shape.member_of(node, node.pluck), is_below_many(shape, self));
    } else {
        out << R"({"properties":)";
        write_properties(out, shape, self);
        out << '}';
    }
}

}  // namespace pgsync::detail::mapping
