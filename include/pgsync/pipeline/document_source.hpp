#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/catalog/table_storage.hpp>
#include <pgsync/pipeline/document_fault.hpp>
#include <pgsync/pipeline/document_reader.hpp>
#include <pgsync/pipeline/read_transaction.hpp>
#include <pgsync/pipeline/row_lookup.hpp>
#include <pgsync/postgres/sql_error.hpp>

namespace pgsync::pipeline {

/// Reads documents, in transactions that each have one snapshot. Used by one thread. Indices and routes are
/// numbers; keys and join keys are strings in the form of `_id`.
///
/// - `begin(needs, stopped)` begins a transaction and returns its snapshot, which sees what `needs` requires.
///   Within a process, versions increase in the order in which snapshots were taken. Throws errc::interrupted
///   once `stopped()`.
/// - `end()` ends the transaction and never throws: a lost connection is reported by the next statement.
///   `roll_back()` ends one that failed.
/// - `owners(index, route, join keys, limit, on_owner(id))` finds at most `limit` roots whose documents
///   contain these rows. Returns false if there may be more.
/// - `hold_owners(index, route, join keys)` makes the server keep all of them beyond the transaction.
///   `held_owners(index, size(), on_piece(ids))` then reads them, at most `size()` at a time. Nothing else
///   may run on this source in between.
/// - `by_keys(index, keys, on_document, on_fault)` reads the documents of keys, in any order, and skips a key
///   without a row. `by_page(index, page, on_document, on_fault)` reads those of a page.
/// - `next_page(index, size, after, all_rows)` finds the next page of the root's rows after a key, without a
///   transaction; nothing if no row is left. `keys_of(index, page)` lists its keys.
/// - `one_by_one(index, keys, begin, hooks)` reads documents some of which make the query fail for all
///   others, in transactions that it begins with `begin()`.
/// - `is_row_fault(error)` returns true if a row caused the error and the source is still usable.
/// - `is_possible_key(index, id)` returns false if the id's form rules it out as the key of a root row.
/// - `storage(index)` returns the files in which the index's tables are stored.
template <typename T>
concept document_source = requires(
    T& source, const postgres::read_needs& needs, const std::function<bool()>& stopped, std::size_t number,
    const std::vector<std::string>& keys, const std::string& id, const postgres::page_bounds& page,
    const std::optional<std::string>& after, const postgres::sql_error& problem,
    const std::function<void(std::string_view)>& on_owner, const std::function<std::size_t()>& size,
    const std::function<void(const std::vector<std::string>&)>& on_piece,
    const std::function<void(const postgres::read_document&)>& on_document,
    const std::function<void(const postgres::document_fault&)>& on_fault, const std::function<void()>& begin,
    const postgres::row_hooks& hooks) {
    { source.begin(needs, stopped) } -> std::same_as<postgres::read_snapshot>;
    { source.end() } noexcept;
    source.roll_back();
    { source.owners(number, number, keys, number, on_owner) } -> std::same_as<bool>;
    source.hold_owners(number, number, keys);
    source.held_owners(number, size, on_piece);
    source.by_keys(number, keys, on_document, on_fault);
    source.by_page(number, page, on_document, on_fault);
    { source.next_page(number, number, after, true) } -> std::same_as<std::optional<postgres::page_bounds>>;
    { source.keys_of(number, page) } -> std::same_as<std::vector<std::string>>;
    source.one_by_one(number, keys, begin, hooks);
    { source.is_row_fault(problem) } -> std::same_as<bool>;
    { source.is_possible_key(number, id) } -> std::same_as<bool>;
    { source.storage(number) } -> std::same_as<postgres::table_storage>;
};

}  // namespace pgsync::pipeline
