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
#include <pgsync/pipeline/work.hpp>
#include <pgsync/postgres/system_identity.hpp>
#include <pgsync/sink/elastic/batcher.hpp>

namespace pgsync::pipeline {

struct follow_settings {
    std::string database;   ///< conninfo of the primary
    std::string read_from;  ///< conninfo of where documents are read: the primary, or a standby of it
    postgres::system_identity identity;  ///< of the primary, as found when its slot was checked
    std::string slot;
    std::string publication;
    bool once = false;       ///< stop when everything committed before the start is in the index
    bool keep_slot = false;  ///< read only: what is confirmed stays as it is, for somebody else
    std::chrono::seconds stop_timeout{30};  ///< for what is in flight when asked to stop
    std::size_t page_size = 5'000;          ///< root rows at once when everything is read again
    /// How often at most the indices are told how far they are, and the slot after them.
    std::chrono::milliseconds record_every{10'000};
    /// Throws errc::changed where what was checked at the start does not hold any more; called before each
    /// record and at least so often, from a thread of its own. Then follow() ends with that error.
    std::function<void()> check{};
    std::chrono::milliseconds check_every{2'000};
    /// Called once, when what is acknowledged is no more than some seconds behind the database, in a thread
    /// of its own; may throw.
    std::function<void()> caught_up{};
    /// Asked about once a second: is there something else to do? Then it ends as if asked to stop.
    std::function<bool()> enough{};
    /// For each index what it is known to reflect, where the log lacks TRUNCATE; see storage_watch.
    std::vector<postgres::table_storage> storage{};
    metrics::registry* counts = &metrics::nowhere();
};

/// Through what documents are sent.
struct follow_batchers {
    std::unique_ptr<elastic::batcher> prompt;  ///< what is soon done
    std::unique_ptr<elastic::batcher> wide;    ///< changes that concern very many documents; see fan_out_loader
};

/// Follows one slot into the indices; see follower. Returns when `stop_fd` became readable, with `once` when
/// caught up, and when it is `enough`; what was sent by then is confirmed. Errors: errc::connection when a
/// server went away, errc::changed (see `check`), and all that stops for good.
PGSYNC_LINKAGE void follow(const follow_settings& setting, std::span<const postgres::index_binding> indices,
                           postgres::version_clock& clock, follow_batchers batchers,
                           const index_access& cluster, int stop_fd);

/// Deletes from index number `index` what has no row any more and was written with a version below `below`,
/// and returns when the cluster has acknowledged that. `read_from` as above. Throws errc::interrupted once
/// `stopped()`, or once `stop_fd` is readable while it waits for the database.
PGSYNC_LINKAGE void remove_orphans(const std::string& read_from,
                                   std::span<const postgres::index_binding> indices, std::size_t index,
                                   std::uint64_t below, postgres::version_clock& clock,
                                   elastic::batcher& batcher, const index_access& cluster,
                                   const std::function<bool()>& stopped, int stop_fd);

/// Reads again and writes what each work that `next()` yields names of an index, until it yields none;
/// returns when the cluster has acknowledged all of it and what was read is on the database's disk. Works
/// need no xids. Where one says `reload`, documents without a row are removed as well. `read_from` as above.
/// Throws errc::interrupted once `stopped()`, or `stop_fd` is readable.
PGSYNC_LINKAGE refreshed refresh(const std::string& read_from,
                                 std::span<const postgres::index_binding> indices, std::size_t page_size,
                                 postgres::version_clock& clock, elastic::batcher& batcher,
                                 const index_access& cluster,
                                 const std::function<std::optional<work>()>& next,
                                 const std::function<bool()>& stopped, int stop_fd);

}  // namespace pgsync::pipeline
