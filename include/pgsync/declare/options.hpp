#pragma once

#include <cstddef>

#include <pgsync/declare/fixed_string.hpp>

/// What can be said of a relation, after the struct it leads to, in any order. SQL is written over the
/// related table's own columns, without its name.
namespace pgsync {

/// The referencing columns. They stand in this struct's table for `belongs_to`, in the other one for
/// `has_one` and `has_many`.
template <fixed_string... Columns>
struct foreign_key {};

/// The referenced columns, one for each column of the foreign key. They stand in the other table for
/// `belongs_to`, in this one for `has_one` and `has_many`. Default: the primary key.
template <fixed_string... Columns>
struct references {};

/// The rows are found by way of a link table: Near are its columns that hold this row's key, Far those that
/// hold the other row's key. Several make several hops: the Far columns of one equal the Near columns of the
/// next. Each row comes once, however many ways lead to it. Beside it, `foreign_key` names this table's
/// columns, where they are not the key, and `references` the other table's.
template <fixed_string Table, typename Near, typename Far>
struct through {};

/// Only rows for which the condition holds.
template <fixed_string Sql>
struct where {};

/// The order of the array, as in ORDER BY: `created_at DESC, id`. Rows it leaves equal are in the order of
/// their key.
template <fixed_string Sql>
struct order_by {};

/// At most the first so many rows.
template <std::size_t Rows>
struct limit {};

/// Not the object but the value of one of its members: a scalar, or an array of them.
template <fixed_string Member>
struct pluck {};

/// An object with one entry a row in place of an array: its keys are the values of this member. Rows where it
/// is null are left out; of several with the same value the first counts.
template <fixed_string Member>
struct keyed_by {};

/// How many steps `ancestors` or `descendants` go.
template <std::size_t Steps>
struct depth {};

/// The related table is a view, made of Table among others: a change of a row there changes the view's rows
/// for the parents that its Columns name, in the order of the relation's columns. Without Columns every
/// document is read again.
template <typename Table, fixed_string... Columns>
struct depends_on {};

}  // namespace pgsync
