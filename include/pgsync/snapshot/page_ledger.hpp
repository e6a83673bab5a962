#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <pgsync/postgres/lsn.hpp>

namespace pgsync::snapshot {

/// Which pages of an initial load are done. Pages finish in any order; a load resumes after the last page
/// before which all are done, so only that position is worth recording.
class page_ledger {
  public:
    /// Announces the next page in key order, by its last key; returns its number.
    std::uint64_t open(std::string last_key) {
        const std::lock_guard lock(mutex_);
        pages_.push_back({std::move(last_key), {}, false});
        return first_ + pages_.size() - 1;
    }

    /// All its documents are acknowledged; what was read is durable once the log is flushed up to `durable`.
    void done(std::uint64_t page, postgres::lsn durable) {
        const std::lock_guard lock(mutex_);
        auto& finished = pages_[static_cast<std::size_t>(page - first_)];
        finished.durable = durable;
        finished.done = true;
    }

    /// The last key of the pages that need not be loaded again, once there is a new one; `flushed` as in
    /// done().
    [[nodiscard]] std::optional<std::string> advance(postgres::lsn flushed) {
        const std::lock_guard lock(mutex_);
        std::optional<std::string> reached;
        while (!pages_.empty() && pages_.front().done && pages_.front().durable <= flushed) {
            reached = std::move(pages_.front().last_key);
            pages_.pop_front();
            ++first_;
        }
        return reached;
    }

    [[nodiscard]] bool empty() const {
        const std::lock_guard lock(mutex_);
        return pages_.empty();
    }

  private:
    struct entry {
        std::string last_key;
        postgres::lsn durable;
        bool done = false;
    };
    mutable std::mutex mutex_;
    std::deque<entry> pages_;
    std::uint64_t first_ = 0;
};

}  // namespace pgsync::snapshot
