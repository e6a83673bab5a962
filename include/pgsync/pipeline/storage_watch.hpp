#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <pgsync/base/log.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/catalog/table_storage.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/queue/batch.hpp>

namespace pgsync::pipeline {

/// Detects a TRUNCATE on servers whose WAL does not contain it (before version 11), from the files in which
/// tables are stored. It compares states and does not depend on the order of events: what an index is known
/// to reflect is stored in the index, and only after everything that a new file required has been written. If
/// the process is killed anywhere in between, the next one finds the same difference again. Other reasons for
/// a new file, such as VACUUM FULL, cost one full re-read and nothing more.
class storage_watch {
  public:
    /// `reflected` holds, for each index, the files whose rows it is known to reflect.
    storage_watch(std::span<const postgres::index_binding> indices,
                  std::vector<postgres::table_storage> reflected)
        : indices_(indices), reflected_(std::move(reflected)) {}

    /// Compares all tables, as the open transaction of `source` sees them, and marks in `again` what must be
    /// read again for each index, in a snapshot at least as recent. Returns the numbers of the indices whose
    /// state must be stored once that is done.
    template <typename Source>
    [[nodiscard]] std::vector<std::size_t> look(Source& source, std::vector<queue::index_batch>& again) {
        std::vector<std::size_t> changed;
        for (std::size_t i = 0; i < indices_.size(); ++i) {
            if (note(i, source.storage(i), again[i])) changed.push_back(i);
        }
        return changed;
    }

    /// Does the same for index `i` alone, whose tables are now in the files `now`. Returns true if some
    /// differ.
    [[nodiscard]] bool note(std::size_t i, postgres::table_storage now, queue::index_batch& again) {
        if (now == reflected_[i]) return false;
        for (std::size_t route = 0; route < indices_[i].routes.size(); ++route) {
            const auto& table = indices_[i].routes[route].table;
            const auto before = reflected_[i].find(table);
            if (before != reflected_[i].end() && before->second == now.at(table)) continue;
            log::info("{}: {} was truncated or rewritten; reading again what depends on it",
                      indices_[i].index->name, table);
            again.invalidate(*indices_[i].index, route);
            // It may also be another table now, whose rows no change has reported.
            again.reload = true;
        }
        reflected_[i] = std::move(now);
        return true;
    }

    /// Returns what index `i` reflects once everything that look() asked for has been acknowledged.
    [[nodiscard]] const postgres::table_storage& reflected(std::size_t i) const { return reflected_[i]; }

  private:
    std::span<const postgres::index_binding> indices_;
    std::vector<postgres::table_storage> reflected_;
};

}  // namespace pgsync::pipeline
