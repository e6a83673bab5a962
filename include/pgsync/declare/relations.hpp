#pragma once

#include <optional>
#include <vector>

#include <pgsync/declare/fixed_string.hpp>

namespace pgsync {

/// Option of a relation: the referencing columns. They stand in this struct's table for `belongs_to`, in the
/// other one for `has_one` and `has_many`.
template <fixed_string... Columns>
struct foreign_key {};

/// Option of a relation: the referenced columns, one for each column of the foreign key. They stand in the
/// other table for `belongs_to`, in this one for `has_one` and `has_many`. Default: the primary key.
template <fixed_string... Columns>
struct references {};

/// The row this one points at: an object, or null. `belongs_to<Guest> guest` joins this table's `guest_id`
/// to Guest's key.
template <typename T, typename... Options>
struct belongs_to {
    static_assert(
        requires { sizeof(T); },
        "pgsync: the struct of this relation is not complete here; define it above this one, and "
        "of two structs that refer to each other let only one say so");
    std::optional<T> value;
};

/// The one row that points here: an object, or null; the first by key where there are several.
/// `has_one<Passport> passport` joins Passport's `<this table>_id` to this key.
template <typename T, typename... Options>
struct has_one {
    static_assert(
        requires { sizeof(T); },
        "pgsync: the struct of this relation is not complete here; define it above this one, and "
        "of two structs that refer to each other let only one say so");
    std::optional<T> value;
};

/// The rows that point here: an array in the order of their key, `[]` when there are none.
template <typename T, typename... Options>
struct has_many {
    std::vector<T> value;
};

}  // namespace pgsync
