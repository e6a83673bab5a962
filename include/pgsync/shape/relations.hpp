#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <pgsync/declare/fields.hpp>
#include <pgsync/declare/options.hpp>
#include <pgsync/declare/relations.hpp>
#include <pgsync/shape/node.hpp>

/// Takes a relation's type apart: its kind, the struct it leads to, and its options.
namespace pgsync::detail {

template <typename... T>
struct type_list {
    static constexpr std::size_t size = sizeof...(T);
};

/// The columns that an option names; empty if the option is absent.
template <fixed_string... Columns>
struct column_list {
    static constexpr std::size_t size = sizeof...(Columns);
    static constexpr std::string_view names[sizeof...(Columns) + 1] = {Columns.view()..., {}};
};

/// One bit per kind of option.
namespace option {
inline constexpr unsigned unknown = 0;
inline constexpr unsigned foreign_key = 1;
inline constexpr unsigned references = 2;
inline constexpr unsigned through = 4;
inline constexpr unsigned where = 8;
inline constexpr unsigned order_by = 16;
inline constexpr unsigned limit = 32;
inline constexpr unsigned pluck = 64;
inline constexpr unsigned keyed_by = 128;
inline constexpr unsigned depth = 256;
inline constexpr unsigned depends_on = 512;
inline constexpr unsigned offset = 1024;
inline constexpr unsigned many = through | depends_on;  ///< may be written several times
}  // namespace option

/// The values of the options that are plain text or numbers, and which options there are.
struct option_values {
    unsigned seen = 0;
    bool known = true;  ///< all options are known
    bool once = true;
    std::string_view where{};
    std::string_view order{};
    std::string_view pluck{};
    std::string_view keyed_by{};
    std::size_t limit = 1;
    std::size_t offset = 1;
    std::size_t depth = 1;
};

template <typename Option>
struct read_option {
    static constexpr unsigned kind = option::unknown;
    static constexpr void into(option_values&) {}
};
template <fixed_string... Columns>
struct read_option<foreign_key<Columns...>> {
    static constexpr unsigned kind = option::foreign_key;
    static constexpr void into(option_values&) {}
};
template <fixed_string... Columns>
struct read_option<references<Columns...>> {
    static constexpr unsigned kind = option::references;
    static constexpr void into(option_values&) {}
};
template <fixed_string Table, typename Near, typename Far>
struct read_option<through<Table, Near, Far>> {
    static constexpr unsigned kind = option::through;
    static constexpr void into(option_values&) {}
};
template <typename Table, fixed_string... Columns>
struct read_option<depends_on<Table, Columns...>> {
    static constexpr unsigned kind = option::depends_on;
    static constexpr void into(option_values&) {}
};
template <fixed_string Sql>
struct read_option<where<Sql>> {
    static constexpr unsigned kind = option::where;
    static constexpr void into(option_values& v) { v.where = Sql.view(); }
};
template <fixed_string Sql>
struct read_option<order_by<Sql>> {
    static constexpr unsigned kind = option::order_by;
    static constexpr void into(option_values& v) { v.order = Sql.view(); }
};
template <std::size_t Rows>
struct read_option<limit<Rows>> {
    static constexpr unsigned kind = option::limit;
    static constexpr void into(option_values& v) { v.limit = Rows; }
};
template <std::size_t Rows>
struct read_option<offset<Rows>> {
    static constexpr unsigned kind = option::offset;
    static constexpr void into(option_values& v) { v.offset = Rows; }
};
template <fixed_string Member>
struct read_option<pluck<Member>> {
    static constexpr unsigned kind = option::pluck;
    static constexpr void into(option_values& v) { v.pluck = Member.view(); }
};
template <fixed_string Member>
struct read_option<keyed_by<Member>> {
    static constexpr unsigned kind = option::keyed_by;
    static constexpr void into(option_values& v) { v.keyed_by = Member.view(); }
};
template <std::size_t Steps>
struct read_option<depth<Steps>> {
    static constexpr unsigned kind = option::depth;
    static constexpr void into(option_values& v) { v.depth = Steps; }
};

template <typename... Options>
constexpr option_values read_options() {
    option_values values;
    const auto read = [&]<typename Option>(const read_option<Option>&) {
        constexpr unsigned kind = read_option<Option>::kind;
        if (kind == option::unknown) values.known = false;
        if ((values.seen & kind & ~option::many) != 0) values.once = false;
        values.seen |= kind;
        read_option<Option>::into(values);
    };
    (void)read;
    (read(read_option<Options>{}), ...);
    return values;
}

/// The columns of the first option of the given kind in a relation's list, or none.
template <unsigned Kind, typename... Options>
struct find_columns {
    using type = column_list<>;
};
template <unsigned Kind, typename Option, typename... Rest>
struct find_columns<Kind, Option, Rest...> : find_columns<Kind, Rest...> {};
template <fixed_string... Columns, typename... Rest>
struct find_columns<option::foreign_key, foreign_key<Columns...>, Rest...> {
    using type = column_list<Columns...>;
};
template <fixed_string... Columns, typename... Rest>
struct find_columns<option::references, references<Columns...>, Rest...> {
    using type = column_list<Columns...>;
};

/// The options of one kind, in the order in which they are written.
template <unsigned Kind, typename List, typename... Options>
struct select_options {
    using type = List;
};
template <unsigned Kind, typename... Found, typename Option, typename... Rest>
struct select_options<Kind, type_list<Found...>, Option, Rest...>
    : select_options<Kind, type_list<Found...>, Rest...> {};
template <unsigned Kind, typename... Found, typename Option, typename... Rest>
    requires(read_option<Option>::kind == Kind)
struct select_options<Kind, type_list<Found...>, Option, Rest...>
    : select_options<Kind, type_list<Found..., Option>, Rest...> {};

/// The form of a member's relation. `none` is for members that are not a relation; their `known` is false.
enum class relation_form : std::uint8_t { none, one, embed, cases };

struct relation_none {
    static constexpr bool known = false;
    static constexpr relation_form form = relation_form::none;
};

/// A relation that leads to one struct.
template <relation Kind, aggregate What, typename Target, typename... Options>
struct relation_to {
    static constexpr bool known = true;
    static constexpr relation_form form = relation_form::one;
    static constexpr relation kind = Kind;
    static constexpr aggregate what = What;
    using target = Target;
    using foreign_key_columns = typename find_columns<option::foreign_key, Options...>::type;
    using referenced_columns = typename find_columns<option::references, Options...>::type;
    using hops = typename select_options<option::through, type_list<>, Options...>::type;
    using sources = typename select_options<option::depends_on, type_list<>, Options...>::type;
    static constexpr option_values options = read_options<Options...>();
    static constexpr std::string_view operand{};

    /// Bits of the options that make sense for this relation.
    static constexpr unsigned fitting = [] {
        constexpr unsigned every =
            option::foreign_key | option::references | option::where | option::depends_on;
        if (What != aggregate::none) return every | option::through;
        switch (Kind) {
            case relation::belongs_to:
                return every | option::pluck;
            case relation::has_one:
                return every | option::through | option::order_by | option::pluck;
            case relation::has_many:
                return every | option::through | option::order_by | option::limit | option::offset |
                       option::pluck | option::keyed_by;
            default:
                return option::foreign_key | option::references | option::where | option::pluck |
                       option::depth;
        }
    }();
};

template <relation Kind, aggregate What, fixed_string Operand, typename Target, typename... Options>
struct relation_of_member : relation_to<Kind, What, Target, Options...> {
    static constexpr std::string_view operand = Operand.view();
};

template <typename T>
struct relation_of : relation_none {};
template <typename T, typename... Options>
struct relation_of<belongs_to<T, Options...>>
    : relation_to<relation::belongs_to, aggregate::none, T, Options...> {};
template <typename T, typename... Options>
struct relation_of<has_one<T, Options...>> : relation_to<relation::has_one, aggregate::none, T, Options...> {
};
template <typename T, typename... Options>
struct relation_of<has_many<T, Options...>>
    : relation_to<relation::has_many, aggregate::none, T, Options...> {};
template <typename T, typename... Options>
struct relation_of<ancestors<T, Options...>>
    : relation_to<relation::ancestors, aggregate::none, T, Options...> {};
template <typename T, typename... Options>
struct relation_of<descendants<T, Options...>>
    : relation_to<relation::descendants, aggregate::none, T, Options...> {};
template <typename T, typename... Options>
struct relation_of<count<T, Options...>> : relation_to<relation::has_many, aggregate::count, T, Options...> {
};
template <typename T, typename... Options>
struct relation_of<exists<T, Options...>>
    : relation_to<relation::has_many, aggregate::exists, T, Options...> {};
template <typename T, fixed_string Member, typename... Options>
struct relation_of<sum<T, Member, Options...>>
    : relation_of_member<relation::has_many, aggregate::sum, Member, T, Options...> {};
template <typename T, fixed_string Member, typename... Options>
struct relation_of<avg<T, Member, Options...>>
    : relation_of_member<relation::has_many, aggregate::avg, Member, T, Options...> {};
template <typename T, fixed_string Member, typename... Options>
struct relation_of<min<T, Member, Options...>>
    : relation_of_member<relation::has_many, aggregate::min, Member, T, Options...> {};
template <typename T, fixed_string Member, typename... Options>
struct relation_of<max<T, Member, Options...>>
    : relation_of_member<relation::has_many, aggregate::max, Member, T, Options...> {};

template <typename Struct>
struct relation_of<embed<Struct>> {
    static constexpr bool known = true;
    static constexpr relation_form form = relation_form::embed;
    using target = Struct;
};

template <fixed_string Type, fixed_string Id, typename... Cases>
struct relation_of<belongs_to_any<Type, Id, Cases...>> {
    static constexpr bool known = true;
    static constexpr relation_form form = relation_form::cases;
    static constexpr std::string_view type_column = Type.view();
    static constexpr std::string_view id_column = Id.view();
    using cases = type_list<Cases...>;
};

/// One case of belongs_to_any, as the relation that it stands for.
template <typename T>
struct case_relation : relation_none {};
template <fixed_string Label, typename T, typename... Options>
struct case_relation<case_of<Label, T, Options...>>
    : relation_to<relation::belongs_to, aggregate::none, T, Options...> {
    static constexpr std::string_view label = Label.view();
};

}  // namespace pgsync::detail
