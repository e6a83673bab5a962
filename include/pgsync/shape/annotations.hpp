#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <pgsync/declare/fields.hpp>
#include <pgsync/declare/relations.hpp>
#include <pgsync/declare/types.hpp>
#include <pgsync/shape/node.hpp>

/// A member's type taken apart: its annotations on one side, what it holds on the other.
namespace pgsync::detail {

/// The annotations of one member, empty where nothing was said.
struct annotations {
    std::string_view column;
    std::string_view json;
    bool key = false;
    bool hidden = false;
    bool nullable = false;
};

template <typename T>
struct unwrap {
    using held = T;
    static constexpr void read(annotations&) {}
};

template <typename T>
struct unwrap<key<T>> : unwrap<T> {
    static constexpr void read(annotations& a) {
        a.key = true;
        unwrap<T>::read(a);
    }
};

template <typename T, fixed_string Column>
struct unwrap<column<T, Column>> : unwrap<T> {
    static constexpr void read(annotations& a) {
        a.column = Column.view();
        unwrap<T>::read(a);
    }
};

template <typename T, fixed_string Json>
struct unwrap<named<T, Json>> : unwrap<T> {
    static constexpr void read(annotations& a) {
        a.json = Json.view();
        unwrap<T>::read(a);
    }
};

template <typename T>
struct unwrap<hidden<T>> : unwrap<T> {
    static constexpr void read(annotations& a) {
        a.hidden = true;
        unwrap<T>::read(a);
    }
};

template <typename T>
struct unwrap<std::optional<T>> : unwrap<T> {
    static constexpr void read(annotations& a) {
        a.nullable = true;
        unwrap<T>::read(a);
    }
};

template <typename Member>
constexpr annotations read_annotations() {
    annotations result;
    unwrap<Member>::read(result);
    return result;
}

template <typename Member>
inline constexpr annotations annotations_of = read_annotations<Member>();

template <typename Member>
using held_type = typename unwrap<Member>::held;

/// The kind of a C++ value; left undefined for types that have no JSON form.
template <typename T>
struct kind_of {
    static constexpr bool known = false;
};
template <value_kind Kind>
struct known_kind {
    static constexpr bool known = true;
    static constexpr value_kind value = Kind;
};
template <>
struct kind_of<bool> : known_kind<value_kind::boolean> {};
template <>
struct kind_of<short> : known_kind<value_kind::int16> {};
template <>
struct kind_of<int> : known_kind<value_kind::int32> {};
template <>
struct kind_of<long> : known_kind<value_kind::int64> {};
template <>
struct kind_of<long long> : known_kind<value_kind::int64> {};
template <>
struct kind_of<float> : known_kind<value_kind::float32> {};
template <>
struct kind_of<double> : known_kind<value_kind::float64> {};
template <>
struct kind_of<std::string> : known_kind<value_kind::text> {};
template <>
struct kind_of<keyword> : known_kind<value_kind::keyword> {};
template <>
struct kind_of<uuid> : known_kind<value_kind::uuid> {};
template <>
struct kind_of<date> : known_kind<value_kind::date> {};
template <>
struct kind_of<timestamp> : known_kind<value_kind::timestamp> {};
template <>
struct kind_of<timestamptz> : known_kind<value_kind::timestamptz> {};
template <unsigned Precision, unsigned Scale>
struct kind_of<decimal<Precision, Scale>> : known_kind<value_kind::decimal> {};

/// Columns named by an option; empty when the option is absent.
template <fixed_string... Columns>
struct column_list {
    static constexpr std::size_t size = sizeof...(Columns);
    static constexpr std::string_view names[sizeof...(Columns) + 1] = {Columns.view()..., {}};
};

template <typename Option>
struct option_kind {
    static constexpr bool is_foreign_key = false;
    static constexpr bool is_references = false;
};
template <fixed_string... Columns>
struct option_kind<foreign_key<Columns...>> {
    using columns = column_list<Columns...>;
    static constexpr bool is_foreign_key = true;
    static constexpr bool is_references = false;
};
template <fixed_string... Columns>
struct option_kind<references<Columns...>> {
    using columns = column_list<Columns...>;
    static constexpr bool is_foreign_key = false;
    static constexpr bool is_references = true;
};

/// The columns of the first option of one kind in a relation's list, or none.
template <bool ForeignKey, typename... Options>
struct find_columns {
    using type = column_list<>;
};
template <bool ForeignKey, typename Option, typename... Rest>
struct find_columns<ForeignKey, Option, Rest...> : find_columns<ForeignKey, Rest...> {};
template <fixed_string... Columns, typename... Rest>
struct find_columns<true, foreign_key<Columns...>, Rest...> {
    using type = column_list<Columns...>;
};
template <fixed_string... Columns, typename... Rest>
struct find_columns<false, references<Columns...>, Rest...> {
    using type = column_list<Columns...>;
};

/// A relation taken apart. `known` is false for anything that is no relation.
template <typename T>
struct relation_of {
    static constexpr bool known = false;
};
template <relation Kind, typename Target, typename... Options>
struct known_relation {
    static constexpr bool known = true;
    static constexpr relation kind = Kind;
    using target = Target;
    using foreign_key_columns = typename find_columns<true, Options...>::type;
    using referenced_columns = typename find_columns<false, Options...>::type;
    static constexpr bool options_known =
        (true && ... && (option_kind<Options>::is_foreign_key || option_kind<Options>::is_references));
    static constexpr bool options_once = (0 + ... + (option_kind<Options>::is_foreign_key ? 1 : 0)) <= 1 &&
                                         (0 + ... + (option_kind<Options>::is_references ? 1 : 0)) <= 1;
};
template <typename T, typename... Options>
struct relation_of<belongs_to<T, Options...>> : known_relation<relation::belongs_to, T, Options...> {};
template <typename T, typename... Options>
struct relation_of<has_one<T, Options...>> : known_relation<relation::has_one, T, Options...> {};
template <typename T, typename... Options>
struct relation_of<has_many<T, Options...>> : known_relation<relation::has_many, T, Options...> {};

}  // namespace pgsync::detail
