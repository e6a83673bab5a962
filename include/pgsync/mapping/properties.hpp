#pragma once

#include <cstddef>
#include <string_view>

#include <pgsync/mapping/json_text.hpp>
#include <pgsync/shape/node.hpp>
#include <pgsync/shape/text.hpp>

namespace pgsync::detail::mapping {

/// The mapping of one column. Values that PostgreSQL knows and the index does not (infinity, NaN, years
/// beyond its range) stay in the source and are left unindexed, so that they never reject a document; 8,191
/// characters are the most that fit Lucene's longest term in UTF-8.
constexpr std::string_view field_mapping(value_kind kind) {
    switch (kind) {
        case value_kind::boolean:
            return R"({"type":"boolean"})";
        case value_kind::int16:
            return R"({"type":"short"})";
        case value_kind::int32:
            return R"({"type":"integer"})";
        case value_kind::int64:
            return R"({"type":"long"})";
        case value_kind::float32:
            return R"({"type":"float","ignore_malformed":true})";
        case value_kind::float64:
        case value_kind::decimal:
            return R"({"type":"double","ignore_malformed":true})";
        case value_kind::text:
            return R"({"type":"text","fields":{"keyword":{"type":"keyword","ignore_above":8191}}})";
        case value_kind::keyword:
            return R"({"type":"keyword","ignore_above":8191})";
        case value_kind::uuid:
            return R"({"type":"keyword"})";
        case value_kind::date:
        case value_kind::timestamp:
        case value_kind::timestamptz:
            return R"({"type":"date","format":"strict_date_optional_time","ignore_malformed":true})";
    }
    return {};
}

/// `{"id":{"type":"long"},…,"guest":{"properties":{…}}}`: the `properties` of the index, in the order of the
/// declaration.
constexpr void write_properties(text& out, const shape_view& shape, std::size_t self = 0) {
    const auto& node = shape.nodes[self];
    std::size_t members = node.columns;
    for (std::size_t child = self + 1; child < shape.nodes.size(); ++child) {
        members += shape.nodes[child].parent == self ? 1U : 0U;
    }
    out << '{';
    bool first = true;
    const auto name = [&](std::string_view json) {
        if (!first) out << ',';
        first = false;
        write_json_string(out, json);
        out << ':';
    };
    for (std::size_t ordinal = 0; ordinal < members; ++ordinal) {
        for (const auto& column : shape.columns_of(node)) {
            if (column.ordinal != ordinal || column.hidden) continue;
            name(column.json);
            out << field_mapping(column.kind);
        }
        for (std::size_t child = self + 1; child < shape.nodes.size(); ++child) {
            if (shape.nodes[child].parent != self || shape.nodes[child].ordinal != ordinal) continue;
            name(shape.nodes[child].json);
            out << R"({"properties":)";
            write_properties(out, shape, child);
            out << '}';
        }
    }
    out << '}';
}

}  // namespace pgsync::detail::mapping
