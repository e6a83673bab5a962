#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/pfr/core.hpp>

#include <pgsync/declare/describe.hpp>
#include <pgsync/shape/annotations.hpp>
#include <pgsync/shape/checks.hpp>
#include <pgsync/shape/names.hpp>
#include <pgsync/shape/node.hpp>
#include <pgsync/shape/relations.hpp>
#include <pgsync/shape/table.hpp>
#include <pgsync/shape/values.hpp>

/// The members of one struct as plain data, made once however often the struct stands in shapes.
namespace pgsync::detail {

template <typename Struct>
inline constexpr std::size_t member_count = boost::pfr::tuple_size_v<Struct>;

/// What describe<> calls a member that is in no document.
struct left_out {};

/// What a member is meant as: what describe<> says of it, else what it is.
template <const std::string_view& Name, typename Declared, typename... Described>
struct meaning {
    using type = Declared;
};
template <const std::string_view& Name, typename Declared, fixed_string Member, typename T, typename... Rest>
struct meaning<Name, Declared, as<Member, T>, Rest...> : meaning<Name, Declared, Rest...> {};
template <const std::string_view& Name, typename Declared, fixed_string Member, typename T, typename... Rest>
    requires(Member.view() == Name)
struct meaning<Name, Declared, as<Member, T>, Rest...> {
    using type = T;
};
template <const std::string_view& Name, typename Declared, fixed_string Member, typename... Rest>
struct meaning<Name, Declared, leave_out<Member>, Rest...> : meaning<Name, Declared, Rest...> {};
template <const std::string_view& Name, typename Declared, fixed_string Member, typename... Rest>
    requires(Member.view() == Name)
struct meaning<Name, Declared, leave_out<Member>, Rest...> {
    using type = left_out;
};

template <typename Struct, std::size_t I, typename Described>
struct meaning_in;
template <typename Struct, std::size_t I, typename... Described>
struct meaning_in<Struct, I, members<Described...>>
    : meaning<member_name<Struct, I>, boost::pfr::tuple_element_t<I, Struct>, Described...> {};

template <typename Struct>
concept describes_members = requires { typename describe<Struct>::members; };

template <typename Struct, std::size_t I>
struct member_meaning {
    using type = boost::pfr::tuple_element_t<I, Struct>;
};
template <describes_members Struct, std::size_t I>
struct member_meaning<Struct, I> : meaning_in<Struct, I, typename describe<Struct>::members> {};

template <typename Struct, std::size_t I>
using member_type = typename member_meaning<Struct, I>::type;

/// One member: a column, or the place of a relation (`is_relation`), or neither.
struct field {
    column_data column;
    bool is_relation = false;
    bool is_left_out = false;

    [[nodiscard]] constexpr bool is_column() const { return !is_relation && !is_left_out; }
};

template <typename Struct, std::size_t I>
inline constexpr auto member_text = as_fixed<member_name<Struct, I>>;

/// What is said of the options of a relation by themselves.
template <typename Struct, fixed_string Text, typename Related>
constexpr void check_options() {
    constexpr auto& said = Related::options;
    (void)check::options_are_known<Struct, Text, said.known>{};
    (void)check::options_are_said_once<Struct, Text, said.once>{};
    (void)check::options_fit_relation<Struct, Text,
                                      !said.known || ((said.seen & ~Related::fitting) == 0 &&
                                                      (said.seen & (option::limit | option::keyed_by)) !=
                                                          (option::limit | option::keyed_by))>{};
    (void)check::numbers_are_positive<Struct, Text,
                                      said.limit >= 1 && said.limit <= 1'000'000 && said.depth >= 1 &&
                                          said.depth <= 1'000'000>{};
    (void)
        check::sql_is_closed<Struct, Text,
                             ((said.seen & option::where) == 0 || check::is_closed_sql(said.where)) &&
                                 ((said.seen & option::order_by) == 0 || check::is_closed_sql(said.order))>{};
}

template <typename Struct, fixed_string Text, typename... Cases>
constexpr bool check_cases(type_list<Cases...>) {
    if constexpr ((true && ... && case_relation<Cases>::known) && sizeof...(Cases) > 0) {
        constexpr std::array<std::string_view, sizeof...(Cases)> labels{case_relation<Cases>::label...};
        constexpr bool apart = [&] {
            for (std::size_t i = 0; i < labels.size(); ++i) {
                if (labels[i].empty()) return false;
                for (std::size_t j = 0; j < i; ++j) {
                    if (labels[i] == labels[j]) return false;
                }
            }
            return true;
        }();
        (void)check::cases_are_told_apart<Struct, Text, apart>{};
        (check_options<Struct, Text, case_relation<Cases>>(), ...);
        return apart;
    } else {
        (void)check::cases_are_told_apart<Struct, Text, false>{};
        return false;
    }
}

template <typename Struct, std::size_t I>
constexpr field make_part() {
    using member = member_type<Struct, I>;
    using held = held_type<member>;
    constexpr annotations said = annotations_of<member>;
    constexpr auto name = member_name<Struct, I>;
    constexpr auto& text = member_text<Struct, I>;

    field result;
    auto& column = result.column;
    column.member = name;
    column.ordinal = static_cast<std::uint16_t>(I);
    column.name = said.source == value_source::expression ? std::string_view()
                  : said.column.empty()                   ? name
                                                          : said.column;
    column.json = said.json.empty() ? name : said.json;
    column.key = said.key;
    column.nullable = said.nullable;
    column.hidden = said.hidden;
    column.mapping = said.mapping;
    column.source = said.source;
    column.sql = said.sql;
    column.path = said.path;

    constexpr bool computed = said.source != value_source::column;
    (void)check::json_key_is_named<Struct, text, !(said.json.data() != nullptr && said.json.empty())>{};
    (void)check::mapping_is_json<Struct, text,
                                 said.mapping.data() == nullptr || check::is_json_object(said.mapping)>{};
    if constexpr (relation_of<held>::known) {
        using related = relation_of<held>;
        result.is_relation = true;
        (void)check::annotation_fits_relation<Struct, text,
                                              !said.key && !said.hidden && !said.nullable && !computed &&
                                                  said.column.data() == nullptr>{};
        if constexpr (related::form == relation_form::one) {
            check_options<Struct, text, related>();
        } else if constexpr (related::form == relation_form::cases) {
            check_cases<Struct, text>(typename related::cases{});
        }
    } else {
        constexpr auto value = value_of<held>;
        // A struct of the user's own gets the message that names relations.
        (void)check::struct_is_related<Struct, text, value.known || !std::is_aggregate_v<held>>{};
        (void)check::member_type_is_known<Struct, text, value.known || std::is_aggregate_v<held>>{};
        if constexpr (said.source == value_source::expression) {
            (void)check::sql_is_closed<Struct, text, check::is_closed_sql(said.sql)>{};
            (void)check::computed_is_no_column<Struct, text, !said.key && said.column.data() == nullptr>{};
        } else {
            (void)check::column_is_named<
                Struct, text, check::fits_identifier(said.column.data() != nullptr ? said.column : name)>{};
            (void)check::computed_is_no_column<Struct, text, !computed || !said.key>{};
            (void)check::json_path_has_steps<Struct, text, !computed || said.steps != 0>{};
        }
        if constexpr (value.known) {
            column.kind = value.kind;
            column.array = value.array;
            column.dimensions = static_cast<std::uint16_t>(value.dimensions);
            column.analyzer = value.analyzer;
            (void)check::key_is_not_nullable<Struct, text, !(said.key && said.nullable)>{};
        }
    }
    return result;
}

template <typename Struct, std::size_t I>
constexpr field make_field() {
    if constexpr (std::is_same_v<member_type<Struct, I>, left_out>) {
        field result;
        result.column.member = member_name<Struct, I>;
        result.is_left_out = true;
        return result;
    } else {
        return make_part<Struct, I>();
    }
}

template <typename Struct, std::size_t... I>
constexpr auto make_fields(std::index_sequence<I...>) {
    std::array<field, sizeof...(I)> fields{make_field<Struct, I>()...};
    bool any_key = false;
    for (const auto& f : fields) any_key = any_key || f.column.key;
    // Convention: without a marked key the column member `id` is it.
    for (auto& f : fields) {
        if (!any_key && f.is_column() && f.column.source == value_source::column && f.column.member == "id" &&
            !f.column.nullable) {
            f.column.key = true;
        }
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

/// The column with this member's name; null where the struct has none.
template <typename Struct>
constexpr const column_data* find_member(std::string_view name) {
    for (const auto& f : fields_of<Struct>) {
        if (f.is_column() && f.column.member == name) return &f.column;
    }
    return nullptr;
}

/// Is the JSON key of member I also that of an earlier member? Hidden members have none.
template <typename Struct, std::size_t I>
constexpr bool json_key_is_free() {
    const auto shown = [](const field& f) { return !f.is_left_out && !f.column.hidden; };
    const auto& mine = fields_of<Struct>[I];
    for (std::size_t i = 0; i < I; ++i) {
        const auto& other = fields_of<Struct>[i];
        if (shown(mine) && shown(other) && other.column.json == mine.column.json) return false;
    }
    return true;
}

constexpr bool key_kind_fits(const column_data& column) {
    switch (column.kind) {
        case value_kind::float32:
        case value_kind::float64:
        case value_kind::bytea:
        case value_kind::json:
        case value_kind::geo_point:
        case value_kind::vector:
            return !column.key;
        default:
            return !column.key || (!column.array && column.kind < value_kind::int32_range);
    }
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

template <fixed_string Member, typename T>
constexpr std::string_view described_name(as<Member, T>) {
    return Member.view();
}
template <fixed_string Member>
constexpr std::string_view described_name(leave_out<Member>) {
    return Member.view();
}

template <typename Struct>
constexpr bool is_member(std::string_view name) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return (false || ... || (member_name<Struct, I> == name));
    }(std::make_index_sequence<member_count<Struct>>{});
}

template <typename Struct, typename... Described>
constexpr bool check_described(members<Described...>) {
    constexpr std::array<std::string_view, sizeof...(Described) + 1> names{described_name(Described{})...,
                                                                           {}};
    constexpr std::size_t wrong = [&] {
        for (std::size_t i = 0; i < sizeof...(Described); ++i) {
            if (!is_member<Struct>(names[i])) return i;
            for (std::size_t j = 0; j < i; ++j) {
                if (names[i] == names[j]) return i;
            }
        }
        return sizeof...(Described);
    }();
    (void)check::described_member_exists<
        Struct, fixed_string<names[wrong].size() + 1>(names[wrong].data(), names[wrong].size()),
        wrong == sizeof...(Described)>{};
    return wrong == sizeof...(Described);
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
        (void)check::table_is_named<Struct, check::fits_identifier(table_of<Struct>.table) &&
                                                table_of<Struct>.schema.size() <= 63>{};
        (void)check::long_json_keys_fit<Struct, json_keys_fit<Struct>()>{};
        check_members<Struct>(std::make_index_sequence<member_count<Struct>>{});
        if constexpr (describes_members<Struct>)
            check_described<Struct>(typename describe<Struct>::members{});
        return member_count<Struct> > 0;
    }
}

template <typename Struct>
inline constexpr bool struct_checked = check_struct<Struct>();

}  // namespace pgsync::detail
