#pragma once

#include <cstddef>

#include <pgsync/declare/fixed_string.hpp>

/// Options of a relation. They follow the struct it leads to, in any order. SQL in them is written over the
/// related table's own columns, without the table's name.
namespace pgsync {

/// The referencing columns. They are in this struct's table for `belongs_to`, in the related table for
/// `has_one` and `has_many`.
template <fixed_string... Columns>
struct foreign_key {};

/// The referenced columns, one for each column of the foreign key. They are in the related table for
/// `belongs_to`, in this struct's table for `has_one` and `has_many`. Default: the primary key.
template <fixed_string... Columns>
struct references {};

/// Finds the rows through a link table: Near are its columns that hold this row's key, Far those that hold
/// the other row's key. Several `through` options make several hops: the Far columns of one are joined to the
/// Near columns of the next. Each row appears once, however many ways lead to it. Together with `through`,
/// `foreign_key` names the columns of this table and `references` those of the other table, if they are not
/// the key.
template <fixed_string Table, typename Near, typename Far>
struct through {};

/// Includes only the rows that satisfy an SQL condition.
template <fixed_string Sql>
struct where {};

/// Sets the order of the rows, as in ORDER BY: `created_at DESC, id`. Rows that compare equal are ordered by
/// their key.
template <fixed_string Sql>
struct order_by {};

/// Includes at most the first Rows rows; with `offset`, of those that it leaves.
template <std::size_t Rows>
struct limit {};

/// Leaves out the first Rows rows.
template <std::size_t Rows>
struct offset {};

/// Puts the value of one member in place of the object: a scalar, or an array of scalars.
template <fixed_string Member>
struct pluck {};

/// Makes an object with one entry per row instead of an array; its keys are the values of this member. Rows
/// where the member is null are left out; of several rows with the same value, the first is used.
template <fixed_string Member>
struct keyed_by {};

/// Limits how many steps `ancestors` or `descendants` follow.
template <std::size_t Steps>
struct depth {};

/// Declares that the related table is a view and that Table is one of the tables it is built from. If a row
/// of Table changes, the documents of the parents that its Columns point to are updated. Columns are the
/// columns of Table that correspond to those joining the view, in their order. Without Columns, every change
/// to Table makes pgsync re-read every document.
template <typename Table, fixed_string... Columns>
struct depends_on {};

}  // namespace pgsync
