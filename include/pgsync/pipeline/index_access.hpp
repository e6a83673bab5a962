#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include <pgsync/catalog/table_storage.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/sink/elastic/stored_id.hpp>

namespace pgsync::pipeline {

/// What the stream asks of the cluster beside bulks. Indices go by number.
struct index_access {
    /// Waits until every bulk sent so far has been acknowledged.
    std::function<void()> drain;
    /// Makes every document written so far show up in searches.
    std::function<void(std::size_t index)> refresh;
    /// Calls back with every id the index holds, in pieces of at most `size`.
    std::function<void(std::size_t index, std::size_t size,
                       const std::function<void(std::span<const elastic::stored_id>)>&)>
        scan_ids;
    /// From here on the indices are this program's: whoever followed the slot before, and does not know yet
    /// that it has lost it, records and remembers nothing with them any more. Throws errc::superseded where
    /// somebody else was faster.
    std::function<void()> claim;
    /// Remembers with every index that it holds whatever the log tells before a position.
    std::function<void(postgres::lsn)> record;
    /// Keeps with an index which files of its tables it reflects; see storage_watch.
    std::function<void(std::size_t index, const postgres::table_storage& reflected)> remember;
    /// Nobody is to wait for the cluster any more: what is waiting throws errc::interrupted, until resume().
    std::function<void()> interrupt;
    std::function<void()> resume;
};

}  // namespace pgsync::pipeline
