#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <pgsync/shape/node.hpp>
#include <pgsync/shape/text.hpp>
#include <pgsync/shape/value_traits.hpp>
#include <pgsync/sql/identifier.hpp>

/// One member of a document, as an SQL expression over its row.
namespace pgsync::detail::sql {

/// The reader of the documents: the cluster, which takes them as PostgreSQL prints them, or a transform,
/// which also sees hidden columns. A typed transform gets exact numbers and json as text, because a parser
/// would round them.
enum class reader : std::uint8_t { cluster, transform, typed_transform };

/// Writes the name that the row's source gives to an expression of node `self`.
constexpr void write_expression_name(text& out, std::size_t self, const column_data& column) {
    out << "\"pgsync " << self << '.' << static_cast<std::size_t>(column.ordinal) << '"';
}

/// Writes what a member of node `self` is read from: `n3."name"`.
constexpr void write_operand(text& out, const shape_view& shape, std::size_t self,
                             const column_data& column) {
    const std::size_t row = shape.nodes[self].row;
    if (column.source == value_source::expression) {
        out << 'n' << row << '.';
        write_expression_name(out, self, column);
    } else {
        write_column(out, row, column.name);
    }
}

constexpr void write_json_path(text& out, std::size_t row, const column_data& column) {
    const auto whole = [&] { write_column(out, row, column.name); };
    const auto value = [&] {
        out << '(';
        whole();
        out << " #> ";
        write_literal(out, column.path);
        out << ")::json";
    };
    // A value of type json may contain, anywhere in it, escapes on which PostgreSQL fails when it takes the
    // value apart: a zero character, half a surrogate pair. Escaped backslashes and whole pairs are harmless
    // and removed first.
    out << "CASE WHEN pg_typeof(";
    whole();
    out << R"() = 'json'::regtype AND regexp_replace(replace()";
    whole();
    out << R"(::text, '\\', ''), '\\u[dD][89abAB]..\\u[dD][c-fC-F]..', '', 'g') ~ )"
        << R"('\\u(0000|[dD][89a-fA-F])' THEN NULL )";
    if (column.kind == value_kind::json) {
        out << "ELSE ";
        value();
        out << " END";
        return;
    }
    out << "ELSE CASE json_typeof(";
    value();
    if (column.kind == value_kind::boolean) {
        out << ") WHEN 'boolean' THEN ";
        value();
    } else if (traits_of(column.kind).number) {
        out << ") WHEN 'number' THEN ";
        value();
    } else {
        // A string keeps its escapes as written, so PostgreSQL need not decode one that it cannot.
        out << ") WHEN 'string' THEN ";
        value();
        out << " WHEN 'null' THEN NULL ELSE to_json((";
        value();
        out << ")::text)";
    }
    out << " END END";
}

/// Writes a range in the form of the index. A bound that the index cannot hold is left out, so that the range
/// is open at that end: infinity, NaN, numbers beyond ±1e300, years before 1 or after 9999. The index has
/// only doubles and milliseconds. If the ends of a range are very close, an exclusive bound could make it end
/// before it begins, so such bounds are written as inclusive.
template <typename Operand>
constexpr void write_range_value(text& out, value_kind kind, const Operand& operand) {
    const bool whole = kind == value_kind::int32_range || kind == value_kind::int64_range;
    const bool numbers = kind == value_kind::decimal_range;
    const auto bound = [&](std::string_view end) {
        out << end << '(';
        operand();
        out << ')';
    };
    const auto when_sound = [&](std::string_view end, const auto& then) {
        out << "CASE WHEN ";
        bound(end);
        if (numbers) {
            out << " BETWEEN -1e300 AND 1e300 THEN ";
        } else {
            out << " >= '0001-01-01' AND ";
            bound(end);
            out << " < '10000-01-01' THEN ";
        }
        then();
        out << " END";
    };
    const auto side = [&](std::string_view end, std::string_view closed_key, std::string_view open_key) {
        out << "CASE WHEN " << end << "_inc(";
        operand();
        out << ')';
        if (numbers) {
            out << " OR ";
            when_sound("lower", [&] {
                when_sound("upper", [&] {
                    bound("upper");
                    out << " - ";
                    bound("lower");
                    out << " <= 1e-9 * greatest(abs(";
                    bound("lower");
                    out << "), abs(";
                    bound("upper");
                    out << "))";
                });
            });
        } else if (kind == value_kind::timestamp_range || kind == value_kind::timestamptz_range) {
            out << " OR ";
            when_sound("lower", [&] {
                bound("upper");
                out << " < ";
                bound("lower");
                // Elasticsearch 8 takes an exclusive bound without a fraction as the end of that second.
                out << " + CASE WHEN lower_inc(";
                operand();
                out << ") THEN interval '10 ms' ELSE interval '1010 ms' END";
            });
        }
        out << " THEN " << closed_key << " ELSE " << open_key << " END, ";
        if (whole) {
            bound(end);
        } else {
            when_sound(end, [&] { bound(end); });
        }
    };
    out << "CASE WHEN NOT isempty(";
    operand();
    out << ") THEN json_strip_nulls(json_build_object(";
    side("lower", "'gte'", "'gt'");
    out << ", ";
    side("upper", "'lte'", "'lt'");
    out << ")) END";
}

/// Writes the value of a column in the form of the document.
constexpr void write_value(text& out, const shape_view& shape, std::size_t self, const column_data& column,
                           reader who) {
    const auto operand = [&] { write_operand(out, shape, self, column); };
    if (column.source == value_source::json_path) {
        write_json_path(out, shape.nodes[self].row, column);
        if (column.kind == value_kind::json && who == reader::typed_transform) out << "::text";
        return;
    }
    switch (column.kind) {
        case value_kind::bytea:
            out << "translate(encode(";
            operand();
            out << ", 'base64'), chr(10), '')";
            return;
        case value_kind::geo_point:
            // NaN is greater than every number, so it is not between these.
            out << "CASE WHEN (";
            operand();
            out << ")[0] BETWEEN -180 AND 180 AND (";
            operand();
            out << ")[1] BETWEEN -90 AND 90 THEN json_build_object('lat', (";
            operand();
            out << ")[1], 'lon', (";
            operand();
            out << ")[0]) END";
            return;
        case value_kind::vector:
            // Converted through text, in which pgvector's type and an array of numbers differ only in
            // brackets and array bounds. OFFSET prevents PostgreSQL from computing it three times.
            out << "(SELECT CASE WHEN array_ndims(v) = 1 AND cardinality(v) = "
                << static_cast<std::size_t>(column.dimensions)
                << " AND NOT EXISTS (SELECT FROM unnest(v) e WHERE NOT coalesce(abs(e) <= "
                   "3.4028234663852886e38, false)) "
                   "THEN v END "
                   "FROM (SELECT translate(regexp_replace(";
            operand();
            out << "::text, '^.*=', ''), '[]', '{}')::double precision[] AS v OFFSET 0) s)";
            return;
        case value_kind::int64:
            // row_to_json would print an oid as a string. For a bigint the cast does nothing.
            operand();
            out << (column.array ? "::bigint[]" : "::bigint");
            return;
        case value_kind::decimal:
        case value_kind::json:
            operand();
            if (who == reader::typed_transform) out << (column.array ? "::text[]" : "::text");
            return;
        default:
            if (traits_of(column.kind).range) {
                const bool as_text = who == reader::typed_transform;
                if (as_text) out << '(';
                write_range_value(out, column.kind, operand);
                if (as_text) out << ")::text";
            } else {
                operand();
            }
    }
}

}  // namespace pgsync::detail::sql
