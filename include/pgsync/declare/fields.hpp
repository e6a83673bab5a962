#pragma once

#include <pgsync/declare/fixed_string.hpp>

/// What can be said of a column. Annotations nest, outermost first:
/// `key<column<std::string, "Sel ect">>`, `named<column<int, "qty">, "items-sold">`.
namespace pgsync {

/// Part of the primary key. Several in one struct make a composite key, in the order of their declaration.
/// A struct without any uses its member `id`.
template <typename T>
struct key {
    T value;
};

/// The column's name in the database, where it is not the member's.
template <typename T, fixed_string Column>
struct column {
    T value;
};

/// The JSON key, where it is not the member's name; for columns and for relations.
template <typename T, fixed_string Json>
struct named {
    T value;
};

/// A column that stays out of the document but can serve as key or in a hook.
template <typename T>
struct hidden {
    T value;
};

}  // namespace pgsync
