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

/// What leads from one struct to another. A struct is complete where it is named: of two that refer to each
/// other only one can say so.
namespace pgsync {

namespace detail {

template <typename Option>
inline constexpr bool makes_object = false;
template <fixed_string Member>
inline constexpr bool makes_object<keyed_by<Member>> = true;

/// What an array of T, or with keyed_by an object of Ts, is kept as.
template <typename T, typename... Options>
using many = std::conditional_t<(false || ... || makes_object<Options>),
                                std::vector<std::pair<std::string, T>>, std::vector<T>>;

}  // namespace detail

/// The row this one points at: an object, or null. `belongs_to<Guest> guest` joins this table's `guest_id`
/// to Guest's key.
template <typename T, typename... Options>
struct belongs_to {
    static_assert(
        requires { sizeof(T); },
        "pgsync: the struct of this relation is not complete here; define it above this one, and "
        "of two structs that refer to each other let only one say so");
    box<T> value;  ///< empty: null
};

/// The one row that points here: an object, or null; the first by key where there are several.
/// `has_one<Passport> passport` joins Passport's `<this table>_id` to this key.
template <typename T, typename... Options>
struct has_one {
    static_assert(
        requires { sizeof(T); },
        "pgsync: the struct of this relation is not complete here; define it above this one, and "
        "of two structs that refer to each other let only one say so");
    box<T> value;  ///< empty: null
};

/// The rows that point here: an array in the order of their key, `[]` when there are none.
template <typename T, typename... Options>
struct has_many {
    detail::many<T, Options...> value;  ///< with keyed_by pairs of key and row
};

/// One case of belongs_to_any: rows of T, where the type column says Label. Options as of belongs_to.
template <fixed_string Label, typename T, typename... Options>
struct case_of {
    box<T> value;  ///< empty: null
};

/// The row of one of several tables: Type is the column that says which, Id the one that holds its key. An
/// object with one member a case, called by its label, all null but the one that it is.
template <fixed_string Type, fixed_string Id, typename... Cases>
struct belongs_to_any {
    std::tuple<Cases...> value;  ///< all empty but one, or all
};

/// The rows above this one in its own table, from the top down: `foreign_key` names the column that points at
/// the parent, `parent_id` by default. T is a struct of the same table.
template <typename T, typename... Options>
struct ancestors {
    detail::many<T, Options...> value;  ///< with keyed_by pairs of key and row
};

/// The rows below this one in its own table, nearest first, then by key.
template <typename T, typename... Options>
struct descendants {
    detail::many<T, Options...> value;  ///< with keyed_by pairs of key and row
};

/// How many related rows there are. Options: foreign_key, references, through, where,
/// depends_on.
template <typename T, typename... Options>
struct count {
    std::int64_t value;  ///< rows
};

/// Is there any related row?
template <typename T, typename... Options>
struct exists {
    bool value;  ///< there is at least one
};

/// The sum of a member of T over the related rows; 0 without any.
template <typename T, fixed_string Member, typename... Options>
struct sum {
    std::string text;  ///< the number as JSON has it, exact
};

/// The mean; null without any.
template <typename T, fixed_string Member, typename... Options>
struct avg {
    std::optional<std::string> text;  ///< the value as JSON has it, exact; nothing: null
};

/// The least value; null without any.
template <typename T, fixed_string Member, typename... Options>
struct min {
    std::optional<std::string> text;  ///< the value as JSON has it, exact; nothing: null
};

/// The greatest value; null without any.
template <typename T, fixed_string Member, typename... Options>
struct max {
    std::optional<std::string> text;  ///< the value as JSON has it, exact; nothing: null
};

}  // namespace pgsync
