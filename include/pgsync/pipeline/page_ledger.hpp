#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <pgsync/base/in_order_ledger.hpp>
#include <pgsync/postgres/lsn.hpp>

namespace pgsync::pipeline {

/// Tracks which pages of an initial load are done. Pages finish in any order, but a load can resume only
/// after the last page before which all are done, so only that position is recorded.
class page_ledger {
  public:
    /// Announces the next page in key order, by its last key; returns its number.
    std::uint64_t open(std::string last_key) {
        const std::lock_guard lock(mutex_);
        return pages_.open({std::move(last_key), {}});
    }

    /// Records that all documents of a page are acknowledged. What was read is durable once WAL is flushed up
    /// to `durable`.
    void done(std::uint64_t page, postgres::lsn durable) {
        const std::lock_guard lock(mutex_);
        pages_[page].durable = durable;
        pages_.done(page);
    }

    /// Returns the last key of the pages that need not be loaded again, or nothing if it is the same as
    /// before. WAL is flushed up to `flushed`.
    [[nodiscard]] std::optional<std::string> advance(postgres::lsn flushed) {
        const std::lock_guard lock(mutex_);
        std::optional<std::string> reached;
        pages_.advance([&](std::uint64_t, const entry& each) { return each.durable <= flushed; },
                       [&](entry& each) { reached = std::move(each.last_key); });
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
    };
    mutable std::mutex mutex_;
    in_order_ledger<entry> pages_;
};

}  // namespace pgsync::pipeline
