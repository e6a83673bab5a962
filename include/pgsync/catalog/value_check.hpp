#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <pgsync/catalog/table_facts.hpp>
#include <pgsync/shape/node.hpp>

/// Which members can hold the text form of a column's type.
namespace pgsync::postgres::detail {

/// Returns true if the values of two joined columns have the same text form in both, so that one can stand
/// for the other.
[[nodiscard]] inline bool joinable(std::string_view a, std::string_view b) {
    const auto family = [](std::string_view type) -> std::string_view {
        if (type == "int2" || type == "int4" || type == "int8") return "integer";
        if (type == "text" || type == "varchar") return "text";
        return type;
    };
    return family(a) == family(b);
}

/// Returns true if a member of this kind can hold the text form of the column's type.
[[nodiscard]] inline bool holds(value_kind kind, std::string_view type, char category) {
    switch (kind) {
        case value_kind::boolean:
            return type == "bool";
        case value_kind::int16:
            return type == "int2";
        case value_kind::int32:
            return type == "int2" || type == "int4";
        case value_kind::int64:
            return type == "int2" || type == "int4" || type == "int8" || type == "oid";
        case value_kind::float32:
            return type == "float4";
        case value_kind::float64:
            return type == "float4" || type == "float8" || type == "numeric";
        case value_kind::decimal:
            return type == "numeric" || type == "int2" || type == "int4" || type == "int8";
        case value_kind::text:
        case value_kind::keyword:
            // Everything that row_to_json prints as a string, except types that have a mapping of their own.
            return category == 'S' || category == 'E' || category == 'I' || type == "uuid" || type == "xml" ||
                   type == "bit" || type == "varbit" || type == "interval" || type == "bytea" ||
                   type == "macaddr" || type == "money" || type == "time" || type == "timetz" ||
                   type == "citext" || type == "name" || type == "char";
        case value_kind::uuid:
            return type == "uuid";
        case value_kind::date:
            return type == "date";
        case value_kind::timestamp:
            return type == "timestamp";
        case value_kind::timestamptz:
            return type == "timestamptz";
        case value_kind::time_of_day:
            return type == "time";
        case value_kind::enumeration:
            return category == 'E';
        case value_kind::inet:
            return type == "inet" || type == "cidr";
        case value_kind::bytea:
            return type == "bytea";
        case value_kind::json:
            return type == "json" || type == "jsonb";
        case value_kind::geo_point:
            return type == "point";
        case value_kind::vector:
            return type == "vector" || type == "_float4" || type == "_float8";
        case value_kind::int32_range:
            return type == "int4range";
        case value_kind::int64_range:
            return type == "int8range";
        case value_kind::decimal_range:
            return type == "numrange";
        case value_kind::date_range:
            return type == "daterange";
        case value_kind::timestamp_range:
            return type == "tsrange";
        case value_kind::timestamptz_range:
            return type == "tstzrange";
    }
    return false;
}

[[nodiscard]] inline std::string_view kind_name(value_kind kind) {
    switch (kind) {
        case value_kind::boolean:
            return "bool";
        case value_kind::int16:
            return "std::int16_t";
        case value_kind::int32:
            return "int";
        case value_kind::int64:
            return "std::int64_t";
        case value_kind::float32:
            return "float";
        case value_kind::float64:
            return "double";
        case value_kind::decimal:
            return "pgsync::decimal";
        case value_kind::text:
            return "std::string";
        case value_kind::keyword:
            return "pgsync::keyword";
        case value_kind::uuid:
            return "pgsync::uuid";
        case value_kind::date:
            return "pgsync::date";
        case value_kind::timestamp:
            return "pgsync::timestamp";
        case value_kind::timestamptz:
            return "pgsync::timestamptz";
        case value_kind::time_of_day:
            return "pgsync::time_of_day";
        case value_kind::enumeration:
            return "an enum";
        case value_kind::inet:
            return "pgsync::inet";
        case value_kind::bytea:
            return "pgsync::bytea";
        case value_kind::json:
            return "pgsync::json";
        case value_kind::geo_point:
            return "pgsync::geo_point";
        case value_kind::vector:
            return "pgsync::vector<n>";
        case value_kind::int32_range:
            return "pgsync::range<int>";
        case value_kind::int64_range:
            return "pgsync::range<std::int64_t>";
        case value_kind::decimal_range:
            return "pgsync::range<pgsync::decimal<p, s>>";
        case value_kind::date_range:
            return "pgsync::range<pgsync::date>";
        case value_kind::timestamp_range:
            return "pgsync::range<pgsync::timestamp>";
        case value_kind::timestamptz_range:
            return "pgsync::range<pgsync::timestamptz>";
    }
    return "?";
}

/// Returns what to declare instead for a column of this type; empty if nothing fits.
[[nodiscard]] inline std::string_view suggested(std::string_view type, char category) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 25> known{
        {{"bool", "bool"},
         {"int2", "std::int16_t"},
         {"int4", "int"},
         {"int8", "std::int64_t"},
         {"oid", "std::int64_t"},
         {"float4", "float"},
         {"float8", "double"},
         {"numeric", "pgsync::decimal<p, s>"},
         {"uuid", "pgsync::uuid"},
         {"date", "pgsync::date"},
         {"timestamp", "pgsync::timestamp"},
         {"timestamptz", "pgsync::timestamptz"},
         {"time", "pgsync::time_of_day"},
         {"text", "std::string"},
         {"inet", "pgsync::inet"},
         {"bytea", "pgsync::bytea"},
         {"json", "pgsync::json"},
         {"jsonb", "pgsync::json"},
         {"point", "pgsync::geo_point"},
         {"vector", "pgsync::vector<n>"},
         {"int4range", "pgsync::range<int>"},
         {"numrange", "pgsync::range<pgsync::decimal<p, s>>"},
         {"daterange", "pgsync::range<pgsync::date>"},
         {"tstzrange", "pgsync::range<pgsync::timestamptz>"},
         {"tsrange", "pgsync::range<pgsync::timestamp>"}}};
    for (const auto& [name, text] : known) {
        if (name == type) return text;
    }
    if (holds(value_kind::text, type, category)) return "std::string";
    return {};
}

/// Like holds(), for a member that may be an array.
[[nodiscard]] inline bool holds_value(const column_data& column, std::string_view type, char category) {
    if (!column.array) return holds(column.kind, type, category);
    if (category != 'A') return false;
    // An array type has the name of its element type with an underscore in front. The category of the
    // elements is not known.
    const auto element = type.starts_with('_') ? type.substr(1) : type;
    if (column.kind == value_kind::enumeration) return true;
    const bool text = column.kind == value_kind::text || column.kind == value_kind::keyword;
    return holds(column.kind, element, '-') ||
           (text && (element == "text" || element == "varchar" || element == "bpchar" || element == "inet" ||
                     element == "time" || !suggested(element, '-').starts_with("pgsync::")));
}

[[nodiscard]] inline std::string member_type(const column_data& column) {
    const std::string name(kind_name(column.kind));
    return column.array ? "std::vector<" + name + ">" : name;
}

[[nodiscard]] inline std::string advice(std::string_view type, char category) {
    const auto better = category == 'A' ? suggested(type.substr(type.starts_with('_') ? 1 : 0), '-')
                                        : suggested(type, category);
    if (better.empty())
        return "; no element type holds it: leave the member out, or make text of it with "
               "expression<std::string, \"…::text\">";
    return category == 'A' ? "; declare it as std::vector<" + std::string(better) + ">"
                           : "; declare it as " + std::string(better);
}

}  // namespace pgsync::postgres::detail
