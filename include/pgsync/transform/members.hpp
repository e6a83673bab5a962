#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <pgsync/declare/box.hpp>
#include <pgsync/declare/fields.hpp>
#include <pgsync/declare/relations.hpp>
#include <pgsync/declare/types.hpp>
#include <pgsync/shape/fields.hpp>
#include <pgsync/shape/relations.hpp>
#include <pgsync/shape/value_traits.hpp>

/// Distinguishes the types of members, for reading and writing a struct.
namespace pgsync::detail {

/// True for wrappers that only annotate the value inside.
template <typename T>
inline constexpr bool is_annotation = false;
template <typename T>
inline constexpr bool is_annotation<key<T>> = true;
template <typename T, fixed_string Column>
inline constexpr bool is_annotation<column<T, Column>> = true;
template <typename T, fixed_string Json>
inline constexpr bool is_annotation<named<T, Json>> = true;
template <typename T>
inline constexpr bool is_annotation<hidden<T>> = true;
template <typename T, fixed_string Mapping>
inline constexpr bool is_annotation<mapped<T, Mapping>> = true;
template <typename T, fixed_string Sql>
inline constexpr bool is_annotation<expression<T, Sql>> = true;
template <typename T, fixed_string Column, fixed_string... Path>
inline constexpr bool is_annotation<json_path<T, Column, Path...>> = true;
template <typename T>
inline constexpr bool is_annotation<embed<T>> = true;

template <typename T>
inline constexpr bool is_optional = false;
template <typename T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <typename T>
inline constexpr bool is_optional<box<T>> = true;
template <typename T>
inline constexpr bool is_vector = false;
template <typename T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <typename T>
inline constexpr bool is_entries = false;
template <typename T>
inline constexpr bool is_entries<std::vector<std::pair<std::string, T>>> = true;
template <typename T>
inline constexpr bool is_tuple = false;
template <typename... T>
inline constexpr bool is_tuple<std::tuple<T...>> = true;

/// Element types that keep their value as text.
template <typename T>
concept keeps_text = requires(T& value) {
    { value.text } -> std::same_as<std::string&>;
} && !relation_of<T>::known;

/// Element types whose text is JSON itself.
template <typename T>
inline constexpr bool keeps_json = std::is_same_v<T, json>;
template <typename T>
inline constexpr bool keeps_json<range<T>> = true;

template <typename T>
inline constexpr bool is_decimal = false;
template <unsigned Precision, unsigned Scale>
inline constexpr bool is_decimal<decimal<Precision, Scale>> = true;

template <typename T>
inline constexpr bool is_analysed = false;
template <fixed_string Analyzer>
inline constexpr bool is_analysed<pgsync::text<Analyzer>> = true;

template <typename T>
inline constexpr bool is_number_list = false;
template <std::size_t Dimensions>
inline constexpr bool is_number_list<vector<Dimensions>> = true;

/// True if the member can be null in the document even if its column is not. The struct must then have a type
/// that can be null.
template <typename Member>
inline constexpr bool can_be_withheld = [] {
    if (relation_of<held_type<Member>>::known) return false;
    constexpr auto value = value_of<held_type<Member>>;
    return annotations_of<Member>.source == value_source::json_path || value.kind == value_kind::geo_point ||
           value.kind == value_kind::vector || traits_of(value.kind).range;
}();

/// A relation whose member holds the related struct, or several of them.
template <typename T>
concept keeps_rows = relation_of<T>::known && requires(T& member) {
    member.value;
} && (relation_of<T>::form == relation_form::one) && (relation_of<T>::what == aggregate::none);

/// Returns the position of a member by its name; 0 if there is none.
template <typename Struct>
constexpr std::size_t member_index(std::string_view name) {
    const auto* found = find_member<Struct>(name);
    return found == nullptr ? 0 : found->ordinal;
}

}  // namespace pgsync::detail
