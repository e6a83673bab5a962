#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <pgsync/declare/types.hpp>
#include <pgsync/shape/node.hpp>
#include <pgsync/shape/value_traits.hpp>

/// The kind of value that a C++ type declares.
namespace pgsync::detail {

struct value_type {
    bool known = false;
    value_kind kind{};
    bool array = false;
    std::size_t dimensions = 0;
    std::string_view analyzer{};
};

/// An enum with a fixed underlying type: every value of that type is also a value of the enum, so all can be
/// tried to find the ones with a name.
template <typename T>
concept full_enum = std::is_enum_v<T> && requires { T{0}; };

/// The kind of a type's values; `known` is false for types without a JSON form.
template <typename T>
inline constexpr value_type value_of =
    full_enum<T> ? value_type{true, value_kind::enumeration} : value_type{};

template <>
inline constexpr value_type value_of<bool>{true, value_kind::boolean};
template <>
inline constexpr value_type value_of<short>{true, value_kind::int16};
template <>
inline constexpr value_type value_of<int>{true, value_kind::int32};
template <>
inline constexpr value_type value_of<long>{true, value_kind::int64};
template <>
inline constexpr value_type value_of<long long>{true, value_kind::int64};
template <>
inline constexpr value_type value_of<float>{true, value_kind::float32};
template <>
inline constexpr value_type value_of<double>{true, value_kind::float64};
template <>
inline constexpr value_type value_of<std::string>{true, value_kind::text};
template <>
inline constexpr value_type value_of<keyword>{true, value_kind::keyword};
template <>
inline constexpr value_type value_of<uuid>{true, value_kind::uuid};
template <>
inline constexpr value_type value_of<date>{true, value_kind::date};
template <>
inline constexpr value_type value_of<timestamp>{true, value_kind::timestamp};
template <>
inline constexpr value_type value_of<timestamptz>{true, value_kind::timestamptz};
template <>
inline constexpr value_type value_of<time_of_day>{true, value_kind::time_of_day};
template <>
inline constexpr value_type value_of<inet>{true, value_kind::inet};
template <>
inline constexpr value_type value_of<bytea>{true, value_kind::bytea};
template <>
inline constexpr value_type value_of<json>{true, value_kind::json};
template <>
inline constexpr value_type value_of<geo_point>{true, value_kind::geo_point};
template <unsigned Precision, unsigned Scale>
inline constexpr value_type value_of<decimal<Precision, Scale>>{true, value_kind::decimal};
template <fixed_string Analyzer>
inline constexpr value_type value_of<pgsync::text<Analyzer>>{true, value_kind::text, false, 0,
                                                             Analyzer.view()};
template <std::size_t Dimensions>
inline constexpr value_type value_of<vector<Dimensions>>{Dimensions != 0, value_kind::vector, false,
                                                         Dimensions};

constexpr value_type range_of(value_kind bound) {
    switch (bound) {
        case value_kind::int32:
            return {true, value_kind::int32_range};
        case value_kind::int64:
            return {true, value_kind::int64_range};
        case value_kind::decimal:
            return {true, value_kind::decimal_range};
        case value_kind::date:
            return {true, value_kind::date_range};
        case value_kind::timestamp:
            return {true, value_kind::timestamp_range};
        case value_kind::timestamptz:
            return {true, value_kind::timestamptz_range};
        default:
            return {};
    }
}
template <typename Bound>
inline constexpr value_type value_of<range<Bound>> =
    value_of<Bound>.known && !value_of<Bound>.array ? range_of(value_of<Bound>.kind) : value_type{};

/// True for the library's element types that wrong arguments can make unknown, such as `vector<0>`: they are
/// never a struct that a relation could lead to.
template <typename T>
inline constexpr bool is_element_type = false;
template <typename Bound>
inline constexpr bool is_element_type<range<Bound>> = true;
template <std::size_t Dimensions>
inline constexpr bool is_element_type<vector<Dimensions>> = true;

/// Returns the array type of an element type. Elements must be single values that PostgreSQL prints as they
/// are in the document.
constexpr value_type array_of(value_type element) {
    if (!element.known || element.array || !traits_of(element.kind).scalar) return {};
    element.array = true;
    return element;
}
template <typename T>
inline constexpr value_type value_of<std::vector<T>> = array_of(value_of<T>);
template <typename T>
inline constexpr value_type value_of<std::vector<std::optional<T>>> = array_of(value_of<T>);

/// Returns true if json_path can recognise such a value inside JSON, so that nothing else gets into the index
/// in its place.
[[nodiscard]] constexpr bool stands_in_json(const value_type& value) {
    return !value.array && traits_of(value.kind).scalar;
}
}  // namespace pgsync::detail
