#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <pgsync/declare/describe.hpp>
#include <pgsync/shape/annotations.hpp>
#include <pgsync/shape/checks.hpp>
#include <pgsync/shape/misspelt.hpp>
#include <pgsync/shape/names.hpp>
#include <pgsync/shape/node.hpp>
#include <pgsync/shape/reflect.hpp>
#include <pgsync/shape/relations.hpp>
#include <pgsync/shape/table.hpp>
#include <pgsync/shape/value_traits.hpp>
#include <pgsync/shape/values.hpp>

/// The members of one struct as plain data, computed once however often the struct is used in shapes.
namespace pgsync::detail {

/// The type that describe<> gives to a member that is in no document.
struct left_out {};

/// The type that a member is treated as: the one that describe<> gives it, else its declared type.
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

template <typename Struct, std::size_t I, typename NoList>
struct meaning_in {
    using type = declared_type<Struct, I>;
};
template <typename Struct, std::size_t I, typename... Described>
struct meaning_in<Struct, I, members<Described...>>
    : meaning<member_name<Struct, I>, declared_type<Struct, I>, Described...> {};

template <typename Struct>
concept describes_members = requires { typename describe<Struct>::members; };

template <typename Struct, std::size_t I>
struct member_meaning {
    using type = declared_type<Struct, I>;
};
template <describes_members Struct, std::size_t I>
struct member_meaning<Struct, I> : meaning_in<Struct, I, typename describe<Struct>::members> {};

template <typename Struct, std::size_t I>
using member_type = typename member_meaning<Struct, I>::type;

/// One member: a column, or a relation (`is_relation`), or one that is left out (`is_left_out`).
struct field {
    column_data column;
    bool is_relation = false;
    bool is_left_out = false;
    bool is_renamed = false;  ///< the JSON key is not the member's name

    [[nodiscard]] constexpr bool is_column() const { return !is_relation && !is_left_out; }
};

template <typename Struct, std::size_t I>
inline constexpr auto member_text = as_fixed<member_name<Struct, I>>;

/// The verdicts on a relation's options by themselves, one for each message.
template <typename Related>
struct option_verdict {
    static constexpr auto& said = Related::options;
    static constexpr bool is_cut = (said.seen & (option::limit | option::offset)) != 0;
    static constexpr bool fit = !said.known || ((said.seen & ~Related::fitting) == 0 &&
                                                !(is_cut && (said.seen & option::keyed_by) != 0));
    static constexpr bool in_bounds(std::size_t number) { return number >= 1 && number <= 1'000'000; }
    static constexpr bool positive = in_bounds(said.limit) && in_bounds(said.offset) && in_bounds(said.depth);
    static constexpr bool closed = ((said.seen & option::where) == 0 || check::is_closed_sql(said.where)) &&
                                   ((said.seen & option::order_by) == 0 || check::is_closed_sql(said.order));
    static constexpr bool sound = said.known && said.once && fit && positive && closed;
};

template <typename Struct, fixed_string Text, typename Related>
constexpr void check_options() {
    using verdict = option_verdict<Related>;
    if constexpr (!verdict::sound) {
        (void)check::options_are_known<Struct, Text, verdict::said.known>{};
        (void)check::options_are_said_once<Struct, Text, verdict::said.once>{};
        (void)check::options_fit_relation<Struct, Text, verdict::fit>{};
        (void)check::numbers_are_positive<Struct, Text, verdict::positive>{};
        (void)check::sql_is_closed<Struct, Text, verdict::closed>{};
    }
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

/// What a member's type declares, in whatever struct it is used, and which rules it breaks. Computed once per
/// type, since a shape has many members of few types.
struct member_facts {
    field made;
    bool names_json = true;
    bool names_fields = true;  ///< no empty name before, between or after dots
    bool maps_json = true;
    bool fits_relation = true;
    bool has_steps = true;
    bool fits_json = true;
    bool is_no_column = true;
    bool closed = true;
    bool known = true;
    bool is_struct = false;
    bool key_has_value = true;
    bool sound = true;         ///< none of the rules above is broken, nor one for the relation's options
    bool names_itself = true;  ///< the column has the member's name
};

template <typename Member>
constexpr member_facts make_facts() {
    using held = held_type<Member>;
    constexpr annotations said = annotations_of<Member>;
    member_facts facts;
    auto& column = facts.made.column;
    if constexpr (std::is_same_v<held, left_out>) {
        facts.made.is_left_out = true;
        return facts;
    } else {
        constexpr bool computed = said.source != value_source::column;
        column.name = said.column;
        column.json = said.json;
        column.key = said.key;
        column.nullable = said.nullable;
        column.hidden = said.hidden;
        column.mapping = said.mapping;
        column.source = said.source;
        column.sql = said.sql;
        column.path = said.path;
        facts.names_itself = said.source == value_source::column && said.column.data() == nullptr;
        facts.names_json = said.json.data() == nullptr || !said.json.empty();
        facts.names_fields = check::fits_json_key(said.json);
        facts.maps_json = said.mapping.data() == nullptr || check::is_json_object(said.mapping);
        if constexpr (relation_of<held>::known) {
            using related = relation_of<held>;
            facts.made.is_relation = true;
            facts.names_itself = true;
            facts.fits_relation =
                !said.key && !said.hidden && !said.nullable && !computed && said.column.data() == nullptr;
            facts.sound = facts.fits_relation;
            if constexpr (related::form == relation_form::one) {
                facts.sound = facts.sound && option_verdict<related>::sound;
            } else if constexpr (related::form == relation_form::cases) {
                facts.sound = false;  // checked where they are reported
            }
        } else {
            constexpr auto value = value_of<held>;
            facts.known = value.known;
            facts.is_struct =
                std::is_aggregate_v<held> && !is_element_type<held> && !case_relation<held>::known;
            if constexpr (said.source == value_source::expression) {
                facts.closed = check::is_closed_sql(said.sql);
                facts.is_no_column = !said.key && said.column.data() == nullptr;
            } else {
                facts.is_no_column = (!computed || !said.key) && said.sql.data() == nullptr;
                facts.has_steps = !computed || said.steps != 0;
                facts.fits_json = !computed || !value.known || stands_in_json(value);
            }
            column.kind = value.kind;
            column.array = value.array;
            column.dimensions = static_cast<std::uint16_t>(value.dimensions);
            column.analyzer = value.analyzer;
            facts.key_has_value = !(said.key && said.nullable);
            facts.sound = value.known && facts.closed && facts.is_no_column && facts.has_steps &&
                          facts.fits_json && facts.key_has_value;
        }
        facts.sound = facts.sound && facts.names_json && facts.names_fields && facts.maps_json;
        return facts;
    }
}

template <typename Member>
inline constexpr member_facts facts_of = make_facts<Member>();

/// Instantiates the checks of a member, so that the compiler prints the messages of those that fail.
template <typename Struct, std::size_t I>
constexpr void report_member() {
    using held = held_type<member_type<Struct, I>>;
    constexpr auto& facts = facts_of<member_type<Struct, I>>;
    constexpr auto& text = member_text<Struct, I>;
    (void)check::json_key_is_named<Struct, text, facts.names_json>{};
    (void)check::json_key_names_fields<Struct, text, facts.names_fields>{};
    (void)check::mapping_is_json<Struct, text, facts.maps_json>{};
    (void)check::annotation_fits_relation<Struct, text, facts.fits_relation>{};
    if constexpr (relation_of<held>::known) {
        using related = relation_of<held>;
        if constexpr (related::form == relation_form::one) {
            check_options<Struct, text, related>();
        } else if constexpr (related::form == relation_form::cases) {
            (void)check::column_is_named<Struct, text,
                                         check::fits_identifier(related::type_column) &&
                                             check::fits_identifier(related::id_column)>{};
            check_cases<Struct, text>(typename related::cases{});
        }
    } else {
        // A struct of the user's own gets only the message that names the relations.
        (void)check::struct_is_related<Struct, text, facts.known || !facts.is_struct>{};
        (void)check::member_type_is_known<Struct, text, facts.known || facts.is_struct>{};
        (void)check::sql_is_closed<Struct, text, facts.closed>{};
        (void)check::computed_is_no_column<Struct, text, facts.is_no_column>{};
        (void)check::json_path_has_steps<Struct, text, facts.has_steps>{};
        (void)check::json_path_type_fits<Struct, text, facts.fits_json>{};
        (void)check::key_is_not_nullable<Struct, text, facts.key_has_value>{};
        constexpr auto column = facts.names_itself ? member_name<Struct, I> : facts.made.column.name;
        (void)check::column_is_named<Struct, text,
                                     check::fits_identifier(column) ||
                                         facts.made.column.source == value_source::expression>{};
    }
}

/// Makes the field of a member from the facts of its type and from its name and position.
constexpr field name_field(const member_facts& facts, std::string_view name, std::size_t ordinal) {
    field result = facts.made;
    auto& column = result.column;
    column.member = name;
    column.ordinal = static_cast<std::uint16_t>(ordinal);
    if (facts.names_itself) column.name = name;
    result.is_renamed = !column.json.empty();
    if (column.json.empty()) column.json = name;
    return result;
}

constexpr bool is_sound(const member_facts& facts, const field& made) {
    return facts.sound && (!made.is_column() || made.column.source == value_source::expression ||
                           check::fits_identifier(made.column.name));
}

template <typename Struct, std::size_t... I>
constexpr auto make_fields(std::index_sequence<I...>) {
    std::array<field, sizeof...(I)> fields{
        name_field(facts_of<member_type<Struct, I>>, member_name<Struct, I>, I)...};
    bool any_key = false;
    for (const auto& f : fields) any_key = any_key || f.column.key;
    // By convention the member `id` is the key if no member is marked as one.
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

/// Returns the column with this member name, or null if the struct has none.
template <typename Struct>
constexpr const column_data* find_member(std::string_view name) {
    for (const auto& f : fields_of<Struct>) {
        if (f.is_column() && f.column.member == name) return &f.column;
    }
    return nullptr;
}

constexpr bool share_json_key(const field& a, const field& b) {
    const bool shown = !a.is_left_out && !b.is_left_out && !a.column.hidden && !b.column.hidden;
    return shown && a.column.json == b.column.json;
}

/// Returns the first member with the same JSON key as an earlier one, or the number of members if there is
/// none. Hidden members have no JSON key.
template <typename Struct>
constexpr std::size_t find_twin() {
    const auto& fields = fields_of<Struct>;
    // Member names are unique, so a JSON key can only occur twice if a member is renamed.
    bool any = false;
    for (const auto& f : fields) any = any || f.is_renamed;
    for (std::size_t i = 0; any && i < fields.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (share_json_key(fields[i], fields[j])) return i;
        }
    }
    return fields.size();
}

/// Returns the first member of a root that has the name of a metadata field, or the number of members if
/// there is none.
template <typename Struct>
constexpr std::size_t find_metadata_field() {
    const auto& fields = fields_of<Struct>;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const bool shown = !fields[i].is_left_out && !fields[i].column.hidden;
        if (shown && check::is_metadata_field(fields[i].column.json)) return i;
    }
    return fields.size();
}

constexpr bool key_kind_fits(const field& member) {
    const auto& column = member.column;
    if (!member.is_column()) return true;
    switch (column.kind) {
        case value_kind::float32:
        case value_kind::float64:
        // The text of these types in WAL changes is not the same as in a query.
        case value_kind::boolean:
        case value_kind::inet:
        case value_kind::bytea:
        case value_kind::json:
        case value_kind::geo_point:
        case value_kind::vector:
            return !column.key;
        default:
            return !column.key || (!column.array && !traits_of(column.kind).range);
    }
}

template <typename Struct>
constexpr bool json_keys_fit() {
    for (const auto& f : fields_of<Struct>) {
        if (f.column.json.size() > 63 && member_count<Struct> > 50) return false;
    }
    return true;
}

template <typename Struct>
constexpr bool key_kinds_fit() {
    for (const auto& f : fields_of<Struct>) {
        if (!key_kind_fits(f)) return false;
    }
    return true;
}

template <typename Struct, std::size_t... I>
constexpr void check_members(std::index_sequence<I...>) {
    constexpr bool sound = (true && ... && is_sound(facts_of<member_type<Struct, I>>, fields_of<Struct>[I]));
    if constexpr (!sound) (report_member<Struct, I>(), ...);
    constexpr std::size_t twin = find_twin<Struct>();
    if constexpr (twin != sizeof...(I)) {
        (void)check::json_key_is_unique<Struct, member_text<Struct, twin>, false>{};
    }
    if constexpr (!key_kinds_fit<Struct>()) {
        ((void)check::key_is_exact<Struct, member_text<Struct, I>, key_kind_fits(fields_of<Struct>[I])>{},
         ...);
    }
}

template <typename Other>
inline constexpr std::string_view described_name{};
template <fixed_string Member, typename T>
inline constexpr std::string_view described_name<as<Member, T>> = Member.view();
template <fixed_string Member>
inline constexpr std::string_view described_name<leave_out<Member>> = Member.view();

template <typename Struct>
constexpr bool is_member(std::string_view name) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return (false || ... || (member_name<Struct, I> == name));
    }(std::make_index_sequence<member_count<Struct>>{});
}

template <typename Struct, typename NoList>
constexpr bool check_described(NoList) {
    (void)check::described_member_exists<Struct, fixed_string("members"), false>{};
    return false;
}
template <typename Struct, typename... Described>
constexpr bool check_described(members<Described...>) {
    constexpr std::array<std::string_view, sizeof...(Described) + 1> names{described_name<Described>..., {}};
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

/// Converts to any base of Struct and to nothing else.
template <typename Struct>
struct base_probe {
    template <typename Base>
        requires(std::is_base_of_v<Base, Struct> && !std::is_same_v<Base, Struct>)
    operator Base() const;  // NOLINT(google-explicit-constructor): the conversion is the probe
};

/// Requires an aggregate without bases: C++ allows an aggregate to have bases, but those are not members with
/// a name.
template <typename Struct>
concept plain_aggregate =
    std::is_class_v<Struct> && std::is_aggregate_v<Struct> && !requires { Struct{base_probe<Struct>{}}; };

template <typename Struct, typename Of>
constexpr void check_statics() {
    constexpr auto misspelt = misspelt_of_struct<Of>();
    (void)check::static_is_known<Struct, fixed_string<misspelt.size() + 1>(misspelt.data(), misspelt.size()),
                                 misspelt.empty()>{};
}

/// Checks everything that can be checked of one struct alone. Returns false if the struct cannot be processed
/// any further.
template <typename Struct>
constexpr bool check_struct() {
    if constexpr (!requires { sizeof(Struct); }) {
        (void)check::struct_is_complete<Struct, false>{};
        return false;
    } else if constexpr (!plain_aggregate<Struct>) {
        (void)check::shape_is_aggregate<Struct, false>{};
        return false;
    } else if constexpr (!can_be_tied<Struct>) {
        (void)check::shape_can_be_tied<Struct, false>{};
        return false;
    } else {
        (void)check::shape_has_members<Struct, (member_count<Struct> > 0)>{};
        (void)check::table_is_named<Struct, check::fits_identifier(table_of<Struct>.table) &&
                                                table_of<Struct>.schema.size() <= 63>{};
        check_statics<Struct, Struct>();
        if constexpr (requires { sizeof(describe<Struct>); }) check_statics<Struct, describe<Struct>>();
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
