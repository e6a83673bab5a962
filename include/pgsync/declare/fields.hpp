#pragma once

#include <pgsync/declare/fixed_string.hpp>

/// Annotations of columns. They nest, outermost first: `key<column<std::string, "Sel ect">>`,
/// `named<column<int, "qty">, "items-sold">`.
namespace pgsync {

/// Marks a member as part of the primary key. Several in one struct make a composite key, in the order of
/// their declaration. In a struct without any, the member `id` is the key.
template <typename T>
struct key {
    T value;  ///< the value in the document
};

/// Sets the column's name in the database, if it differs from the member's name.
template <typename T, fixed_string Column>
struct column {
    T value;  ///< the value in the document
};

/// Sets the JSON key, if it differs from the member's name. For columns and for relations.
template <typename T, fixed_string Json>
struct named {
    T value;  ///< the value in the document
};

/// Keeps a column out of the document. It can still serve as key or for routing, and a transform sees it.
template <typename T>
struct hidden {
    T value;  ///< the value in the row; read only if the index has a transform
};

/// Sets the mapping of this member in the index, instead of the one derived from its type: a JSON object such
/// as `{"type":"text","analyzer":"french"}`. For columns and for relations.
template <typename T, fixed_string Mapping>
struct mapped {
    T value;  ///< the value in the document
};

/// The value of an SQL expression over the row's own columns, instead of a column: `lower(email)`,
/// `price * quantity`. Write the columns without their table's name.
template <typename T, fixed_string Sql>
struct expression {
    T value;  ///< the value in the document
};

/// The value at a path inside a `json` or `jsonb` column; null if there is no value at the path or T
/// cannot hold it. A step of digits is a position in an array, counted from 0.
template <typename T, fixed_string Column, fixed_string... Path>
struct json_path {
    T value;  ///< the value in the document
};

/// Groups columns of the same row into an object of their own.
template <typename Struct>
struct embed {
    Struct value;  ///< the values in the document
};

}  // namespace pgsync
