#pragma once

#include <pgsync/declare/fixed_string.hpp>

/// What can be said of a column. Annotations nest, outermost first:
/// `key<column<std::string, "Sel ect">>`, `named<column<int, "qty">, "items-sold">`.
namespace pgsync {

/// Part of the primary key. Several in one struct make a composite key, in the order of their declaration.
/// A struct without any uses its member `id`.
template <typename T>
struct key {
    T value;  ///< as the document has it
};

/// The column's name in the database, where it is not the member's.
template <typename T, fixed_string Column>
struct column {
    T value;  ///< as the document has it
};

/// The JSON key, where it is not the member's name; for columns and for relations.
template <typename T, fixed_string Json>
struct named {
    T value;  ///< as the document has it
};

/// A column that stays out of the document but can serve as key, as routing, or in a transform.
template <typename T>
struct hidden {
    T value;  ///< as the row has it; read only where a transform is
};

/// The mapping of this member in the index, in place of the one its type stands for: a JSON object such as
/// `{"type":"text","analyzer":"french"}`. For columns and for relations.
template <typename T, fixed_string Mapping>
struct mapped {
    T value;  ///< as the document has it
};

/// No column, but what an SQL expression over the row's own columns yields: `lower(email)`,
/// `price * quantity`. Columns are written without their table's name.
template <typename T, fixed_string Sql>
struct expression {
    T value;  ///< as the document has it
};

/// The value at a path inside a `json` or `jsonb` column; null where there is none, or one that T cannot
/// hold. A step of digits is the position in an array, from 0.
template <typename T, fixed_string Column, fixed_string... Path>
struct json_path {
    T value;  ///< as the document has it
};

/// Columns of the same row as an object of their own.
template <typename Struct>
struct embed {
    Struct value;  ///< as the document has them
};

}  // namespace pgsync
