#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <pgsync/declare/box.hpp>
#include <pgsync/declare/fixed_string.hpp>
#include <pgsync/declare/options.hpp>

/// Relations between structs. A struct must be complete where a relation names it, so of two structs that
/// refer to each other only one can declare the relation.
namespace pgsync {

namespace detail {

template <typename Option>
inline constexpr bool makes_object = false;
template <fixed_string Member>
inline constexpr bool makes_object<keyed_by<Member>> = true;

/// The container for the rows of a to-many relation: a vector of T, or with keyed_by a vector of key and T.
template <typename T, typename... Options>
using many = std::conditional_t<(false || ... || makes_object<Options>),
                                std::vector<std::pair<std::string, T>>, std::vector<T>>;

}  // namespace detail

/// The row that this row refers to: an object, or null. `belongs_to<Guest> guest` joins this table's
/// `guest_id` to Guest's key.
template <typename T, typename... Options>
struct belongs_to {
    static_assert(
        requires { sizeof(T); },
        "pgsync: the struct of this relation is not complete here; define it above this one, and "
        "of two structs that refer to each other let only one say so");
    box<T> value;  ///< empty for null
};

/// The one row that refers to this row: an object, or null. If there are several, the first by `order_by`,
/// else by key. `has_one<Passport> passport` joins Passport's `<this table>_id` to this table's key.
template <typename T, typename... Options>
struct has_one {
    static_assert(
        requires { sizeof(T); },
        "pgsync: the struct of this relation is not complete here; define it above this one, and "
        "of two structs that refer to each other let only one say so");
    box<T> value;  ///< empty for null
};

/// The rows that refer to this row: an array, by default in the order of their key; `[]` if there are none.
template <typename T, typename... Options>
struct has_many {
    detail::many<T, Options...> value;  ///< with keyed_by, pairs of key and row
};

/// One case of belongs_to_any: the row is in T's table if the type column contains Label. Takes the same
/// options as belongs_to.
template <fixed_string Label, typename T, typename... Options>
struct case_of {
    box<T> value;  ///< empty for null
};

/// A reference to a row in one of several tables: the column Type says in which table, the column Id contains
/// the key. The value is an object with one member per case, named by its label; all are null except the one
/// that applies.
template <fixed_string Type, fixed_string Id, typename... Cases>
struct belongs_to_any {
    std::tuple<Cases...> value;  ///< at most one of them is not empty
};

/// The rows above this one in the same table, topmost first. `foreign_key` names the column that refers to
/// the parent, `parent_id` by default. T is a struct of the same table.
template <typename T, typename... Options>
struct ancestors {
    detail::many<T, Options...> value;  ///< with keyed_by, pairs of key and row
};

/// The rows below this one in the same table, nearest first, then by key. Options and T as for ancestors.
template <typename T, typename... Options>
struct descendants {
    detail::many<T, Options...> value;  ///< with keyed_by, pairs of key and row
};

/// The number of related rows. Options: foreign_key, references, through, where, depends_on.
template <typename T, typename... Options>
struct count {
    std::int64_t value;  ///< number of rows
};

/// Whether there is any related row.
template <typename T, typename... Options>
struct exists {
    bool value;  ///< true if there is at least one
};

/// The sum of a member of T over the related rows; 0 if there are none.
template <typename T, fixed_string Member, typename... Options>
struct sum {
    std::string text;  ///< exact text of the number in the JSON document
};

/// The mean of a member of T over the related rows; null if there are none.
template <typename T, fixed_string Member, typename... Options>
struct avg {
    std::optional<std::string> text;  ///< exact text of the value in the JSON document; empty for null
};

/// The smallest value of a member of T among the related rows; null if there are none.
template <typename T, fixed_string Member, typename... Options>
struct min {
    std::optional<std::string> text;  ///< exact text of the value in the JSON document; empty for null
};

/// The largest value of a member of T among the related rows; null if there are none.
template <typename T, fixed_string Member, typename... Options>
struct max {
    std::optional<std::string> text;  ///< exact text of the value in the JSON document; empty for null
};

}  // namespace pgsync
