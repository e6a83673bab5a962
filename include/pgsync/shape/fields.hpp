#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/pfr/core.hpp>

#include <pgsync/shape/annotations.hpp>
#include <pgsync/shape/checks.hpp>
#include <pgsync/shape/names.hpp>
#include <pgsync/shape/node.hpp>
#include <pgsync/shape/table.hpp>

/// The members of one struct as plain data, made once however often the struct stands in shapes.
namespace pgsync::detail {

template <typename Struct>
inline constexpr std::size_t member_count = boost::pfr::tuple_size_v<Struct>;

template <typename Struct, std::size_t I>
using member_type = boost::pfr::tuple_element_t<I, Struct>;

/// One member: a column, or the place of a relation (`is_relation`).
struct field {
    column_data column;
    bool is_relation = false;
};

template <typename Struct, std::size_t I>
inline constexpr auto member_text = as_fixed<member_name<Struct, I>>;

template <typename Struct, std::size_t I>
constexpr field make_field() {
    using member = member_type<Struct, I>;
    using held = held_type<member>;
    constexpr annotations said = annotations_of<member>;
    constexpr auto name = member_name<Struct, I>;
    constexpr auto& text = member_text<Struct, I>;

    field result;
    result.column.member = name;
    result.column.name = said.column.empty() ? name : said.column;
    result.column.json = said.json.empty() ? name : said.json;
    result.column.ordinal = static_cast<std::uint16_t>(I);
    result.column.key = said.key;
    result.column.nullable = said.nullable;
    result.column.hidden = said.hidden;

    (void)check::json_key_is_named<Struct, text, !(said.json.data() != nullptr && said.json.empty())>{};
    if constexpr (relation_of<held>::known) {
        result.is_relation = true;
        (void)check::annotation_fits_relation<
            Struct, text, !said.key && !said.hidden && !said.nullable && said.column.data() == nullptr>{};
        (void)check::options_are_known<Struct, text, relation_of<held>::options_known>{};
        (void)check::options_are_said_once<Struct, text, relation_of<held>::options_once>{};
    } else {
        constexpr bool known = kind_of<held>::known;
        // A struct of the user's own gets the message that names relations.
        (void)check::struct_is_related<Struct, text, known || !std::is_aggregate_v<held>>{};
        (void)check::member_type_is_known<Struct, text, known || std::is_aggregate_v<held>>{};
        (void)check::column_is_named<
            Struct, text, check::fits_identifier(said.column.data() != nullptr ? said.column : name)>{};
        if constexpr (known) {
            result.column.kind = kind_of<held>::value;
            (void)check::key_is_not_nullable<Struct, text, !(said.key && said.nullable)>{};
        }
    }
    return result;
}

template <typename Struct, std::size_t... I>
constexpr auto make_fields(std::index_sequence<I...>) {
    std::array<field, sizeof...(I)> fields{make_field<Struct, I>()...};
    bool any_key = false;
    for (const auto& f : fields) any_key = any_key || f.column.key;
    // Convention: without a marked key the column member `id` is it.
    for (auto& f : fields) {
        if (!any_key && !f.is_relation && f.column.member == "id" && !f.column.nullable) f.column.key = true;
    }
    return fields;
}

template <typename Struct>
inline constexpr auto fields_of = make_fields<Struct>(std::make_index_sequence<member_count<Struct>>{});

template <typename Struct>
constexpr std::size_t count_keys() {
    std::size_t keys = 0;
    for (const auto& f : fields_of<Struct>) keys += f.column.key ? 1U : 0U;
    return keys;
}

template <typename Struct>
inline constexpr std::size_t key_count = count_keys<Struct>();

template <typename Struct>
constexpr std::string_view key_column(std::size_t part) {
    for (const auto& f : fields_of<Struct>) {
        if (f.column.key && part-- == 0) return f.column.name;
    }
    return {};
}

/// Is the JSON key of member I also that of an earlier member? Hidden members have none.
template <typename Struct, std::size_t I>
constexpr bool json_key_is_free() {
    for (std::size_t i = 0; i < I; ++i) {
        if (!fields_of<Struct>[i].column.hidden && !fields_of<Struct>[I].column.hidden &&
            fields_of<Struct>[i].column.json == fields_of<Struct>[I].column.json) {
            return false;
        }
    }
    return true;
}

constexpr bool key_kind_fits(const column_data& column) {
    return !column.key || (column.kind != value_kind::float32 && column.kind != value_kind::float64);
}

template <typename Struct>
constexpr bool json_keys_fit() {
    for (const auto& f : fields_of<Struct>) {
        if (f.column.json.size() > 63 && member_count<Struct> > 50) return false;
    }
    return true;
}

template <typename Struct, std::size_t... I>
constexpr bool check_members(std::index_sequence<I...>) {
    ((void)check::json_key_is_unique<Struct, member_text<Struct, I>, json_key_is_free<Struct, I>()>{}, ...);
    ((void)check::key_is_exact<Struct, member_text<Struct, I>, key_kind_fits(fields_of<Struct>[I].column)>{},
     ...);
    return true;
}

/// Converts to the bases of Struct and to nothing else.
template <typename Struct>
struct base_probe {
    template <typename Base>
        requires(std::is_base_of_v<Base, Struct> && !std::is_same_v<Base, Struct>)
    operator Base() const;  // NOLINT(google-explicit-constructor): the conversion is the probe
};

/// An aggregate may have bases, but they are no members that could be named.
template <typename Struct>
concept plain_aggregate =
    std::is_class_v<Struct> && std::is_aggregate_v<Struct> && !requires { Struct{base_probe<Struct>{}}; };

/// Everything that can be said of one struct by itself. False where nothing more can be made of it.
template <typename Struct>
constexpr bool check_struct() {
    if constexpr (!plain_aggregate<Struct>) {
        (void)check::shape_is_aggregate<Struct, false>{};
        return false;
    } else {
        (void)check::shape_has_members<Struct, (member_count<Struct> > 0)>{};
        (void)check::shape_has_key<Struct, (key_count<Struct> > 0)>{};
        (void)check::table_is_named<Struct, check::fits_identifier(table_of<Struct>.table) &&
                                                table_of<Struct>.schema.size() <= 63>{};
        (void)check::long_json_keys_fit<Struct, json_keys_fit<Struct>()>{};
        check_members<Struct>(std::make_index_sequence<member_count<Struct>>{});
        return key_count<Struct> > 0;
    }
}

template <typename Struct>
inline constexpr bool struct_checked = check_struct<Struct>();

}  // namespace pgsync::detail
