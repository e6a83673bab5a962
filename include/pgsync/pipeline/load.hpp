#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <pgsync/base/linkage.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/pipeline/read_transaction.hpp>
#include <pgsync/sink/elastic/batcher.hpp>

namespace pgsync::pipeline {

struct load_settings {
    std::string database;           ///< conninfo of the primary
    std::string read_from;          ///< conninfo of the primary or a standby of it, to read pages from
    std::size_t page_size = 5'000;  ///< maximum root rows per page; fewer if they fill a bulk
    std::size_t workers = 2;
    std::chrono::milliseconds record_every{1'000};
};

/// Functions through which a load works with its caller.
struct load_hooks {
    /// Creates a batcher; called once for each worker.
    std::function<std::unique_ptr<elastic::batcher>()> make_batcher;
    /// Ends all waiting for the cluster.
    std::function<void()> interrupt;
    /// Called regularly, with a key up to which nothing needs to be loaded again.
    std::function<void(const std::string& key)> record;
    /// Called for each acknowledged page with the number of its root rows, including those without a
    /// document.
    std::function<void(std::uint64_t rows)> progress;
    /// Called often: returns true once the load is to stop.
    std::function<bool()> stopped;
};

/// Fills index number `index` with every page after the key `resume_after`; see initial_load. Returns the
/// number of documents. Throws errc::interrupted when stopped.
PGSYNC_LINKAGE std::uint64_t load(const load_settings& setting,
                                  std::span<const postgres::index_binding> indices, std::size_t index,
                                  postgres::version_clock& clock, std::optional<std::string> resume_after,
                                  const load_hooks& hooks);

}  // namespace pgsync::pipeline
