#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include <pgsync/catalog/table_storage.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/sink/elastic/stored_id.hpp>

namespace pgsync::pipeline {

/// What the stream needs of the cluster besides bulks. Indices are numbers.
struct index_access {
    /// Waits until every bulk sent so far has been acknowledged.
    std::function<void()> drain;
    /// Makes every document written so far visible to searches.
    std::function<void(std::size_t index)> refresh;
    /// Calls back with every id in the index, in pieces of at most `size`.
    std::function<void(std::size_t index, std::size_t size,
                       const std::function<void(std::span<const elastic::stored_id>)>&)>
        scan_ids;
    /// Claims the indices for this program: a previous consumer of the slot that has not noticed yet that it
    /// lost it can no longer record or remember anything in them. Throws errc::superseded if another program
    /// was faster.
    std::function<void()> claim;
    /// Records in every index that it contains all changes before a WAL position.
    std::function<void(postgres::lsn)> record;
    /// Stores in an index which files of its tables it reflects; see storage_watch.
    std::function<void(std::size_t index, const postgres::table_storage& reflected)> remember;
    /// Ends all waiting for the cluster with errc::interrupted, until resume().
    std::function<void()> interrupt;
    std::function<void()> resume;
};

}  // namespace pgsync::pipeline
