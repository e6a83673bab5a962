#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include <pgsync/elastic/batcher.hpp>
#include <pgsync/linkage.hpp>
#include <pgsync/postgres/binding.hpp>
#include <pgsync/postgres/read_transaction.hpp>
#include <pgsync/stream/index_access.hpp>

namespace pgsync::stream {

struct follow_settings {
    std::string database;  ///< conninfo
    std::string slot;
    std::string publication;
    bool once = false;  ///< stop when everything committed before the start is in the index
    std::chrono::seconds stop_timeout{30};  ///< for what is in flight when asked to stop
    std::size_t page_size = 5'000;          ///< root rows at once when everything is read again
};

/// Follows one slot into the indices; see follower. Returns when `stop_fd` became readable, or with `once`
/// when caught up; everything read by then is in the index and confirmed. Errors: errc::connection when a
/// server went away, and all that stops for good.
PGSYNC_LINKAGE void follow(const follow_settings& setting, std::span<const postgres::index_binding> indices,
                           postgres::version_clock& clock, std::unique_ptr<elastic::batcher> batcher,
                           const index_access& cluster, int stop_fd);

}  // namespace pgsync::stream
