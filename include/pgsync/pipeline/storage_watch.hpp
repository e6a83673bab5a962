#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <pgsync/base/log.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/catalog/table_storage.hpp>
#include <pgsync/pipeline/work.hpp>
#include <pgsync/postgres/session.hpp>

namespace pgsync::pipeline {

/// Finds out about TRUNCATE on servers whose log does not tell of it (before version 11), from the files that
/// tables are stored in. It compares states and needs no order of events: what an index is known to reflect
/// is remembered with the index, and only after all that a new file called for has been written. Killed
/// anywhere in between, the next process finds the same difference again. Other reasons for a new file, such
/// as VACUUM FULL, cost a reading of everything and no more.
class storage_watch {
  public:
    /// `reflected`: for each index, the files whose rows it is known to reflect.
    storage_watch(std::span<const postgres::index_binding> indices,
                  std::vector<postgres::table_storage> reflected)
        : indices_(indices), reflected_(std::move(reflected)) {}

    /// Looks at all tables, as the open transaction of `source` sees them, and marks in `again` what of each
    /// index is to be read again in snapshots of the same age or later. Returns the numbers of the indices
    /// that are to be remembered once that is done.
    template <typename Source>
    [[nodiscard]] std::vector<std::size_t> look(Source& source, std::vector<index_work>& again) {
        std::vector<std::size_t> changed;
        for (std::size_t i = 0; i < indices_.size(); ++i) {
            if (note(i, source.storage(i), again[i])) changed.push_back(i);
        }
        return changed;
    }

    /// The same for index `i` alone, whose tables are in these files now; true where some are others.
    [[nodiscard]] bool note(std::size_t i, postgres::table_storage now, index_work& again) {
        if (now == reflected_[i]) return false;
        for (std::size_t route = 0; route < indices_[i].routes.size(); ++route) {
            const auto& table = indices_[i].routes[route].table;
            const auto before = reflected_[i].find(table);
            if (before != reflected_[i].end() && before->second == now.at(table)) continue;
            log::info("{}: {} was truncated or rewritten; reading again what depends on it",
                      indices_[i].index->name, table);
            again.lose_rows(*indices_[i].index, route);
            // Another table may stand there now, full of rows that no change told of.
            again.reload = true;
        }
        reflected_[i] = std::move(now);
        return true;
    }

    /// What index `i` reflects once all that look() asked for has been acknowledged.
    [[nodiscard]] const postgres::table_storage& reflected(std::size_t i) const { return reflected_[i]; }

  private:
    std::span<const postgres::index_binding> indices_;
    std::vector<postgres::table_storage> reflected_;
};

}  // namespace pgsync::pipeline
