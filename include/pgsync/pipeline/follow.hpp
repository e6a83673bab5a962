#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <pgsync/base/linkage.hpp>
#include <pgsync/base/metrics.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/catalog/table_storage.hpp>
#include <pgsync/pipeline/index_access.hpp>
#include <pgsync/pipeline/read_transaction.hpp>
#include <pgsync/pipeline/write_counts.hpp>
#include <pgsync/postgres/system_identity.hpp>
#include <pgsync/queue/batch.hpp>
#include <pgsync/sink/elastic/batcher.hpp>

namespace pgsync::pipeline {

struct follow_settings {
    std::string database;   ///< conninfo of the primary
    std::string read_from;  ///< conninfo of the primary or a standby of it, to read documents from
    postgres::system_identity identity;  ///< of the primary, as found when its slot was checked
    std::string slot;
    std::string publication;
    bool once = false;       ///< stop when everything committed before the start is in the index
    bool keep_slot = false;  ///< never confirm the slot: another consumer still needs its changes
    std::chrono::seconds stop_timeout{30};  ///< after a stop request, for what is in flight
    std::size_t page_size = 5'000;          ///< root rows at once when everything is read again
    /// Minimum interval between two records of the position in the indices, each followed by a confirmation
    /// of the slot.
    std::chrono::milliseconds record_every{10'000};
    /// Throws errc::changed if what was checked at the start no longer holds; follow() then ends with that
    /// error. Called on its own thread, before each record and at least every `check_every`.
    std::function<void()> check{};
    std::chrono::milliseconds check_every{2'000};
    /// Called once, on its own thread, when what is acknowledged is no more than some seconds behind the
    /// database; may throw.
    std::function<void()> caught_up{};
    /// Called about once a second. If it returns true, there is something else to do, and follow() ends as if
    /// asked to stop.
    std::function<bool()> enough{};
    /// For each index the table files whose content it is known to reflect; used if WAL does not contain
    /// TRUNCATE, see storage_watch.
    std::vector<postgres::table_storage> storage{};
    metrics::registry* counts = &metrics::null_registry();
};

/// The sinks through which documents are sent.
template <typename Sink>
struct document_sinks {
    std::unique_ptr<Sink> prompt;   ///< for changes that are done quickly
    std::unique_ptr<Sink> fan_out;  ///< see fan_out_loader
};

/// Streams one slot into the indices; see sync_pipeline. Returns when `stop_fd` becomes readable, with `once`
/// when caught up, and when `enough` returns true; by then everything that was sent is confirmed. Throws
/// errc::connection if a server became unreachable, errc::changed (see `check`), errc::interrupted if
/// `stop_timeout` passed before everything in flight was acknowledged, and every error that a retry does not
/// cure.
PGSYNC_LINKAGE void follow(const follow_settings& setting, std::span<const postgres::index_binding> indices,
                           postgres::version_clock& clock, document_sinks<elastic::batcher> sinks,
                           const index_access& cluster, int stop_fd);

/// Deletes from index number `index` the documents that no longer have a row and have a version below
/// `below`; returns when the cluster has acknowledged that. `read_from` as in follow_settings. Throws
/// errc::interrupted once `stopped()`, or once `stop_fd` is readable during a wait for the database.
PGSYNC_LINKAGE void remove_orphans(const std::string& read_from,
                                   std::span<const postgres::index_binding> indices, std::size_t index,
                                   std::uint64_t below, postgres::version_clock& clock,
                                   elastic::batcher& batcher, const index_access& cluster,
                                   const std::function<bool()>& stopped, int stop_fd);

/// Reads again and writes what each batch that `next()` returns names, until it returns none. Returns when
/// the cluster has acknowledged all of it and what was read is on the database's disk. The batches need no
/// xids. If a batch sets `reload` for an index, its documents without a row are deleted as well. `read_from`
/// as in follow_settings. Throws errc::interrupted once `stopped()` or once `stop_fd` is readable.
PGSYNC_LINKAGE write_counts refresh(const std::string& read_from,
                                    std::span<const postgres::index_binding> indices, std::size_t page_size,
                                    postgres::version_clock& clock, elastic::batcher& batcher,
                                    const index_access& cluster,
                                    const std::function<std::optional<queue::batch>()>& next,
                                    const std::function<bool()>& stopped, int stop_fd);

}  // namespace pgsync::pipeline
