#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include <pgsync/postgres/lsn.hpp>

namespace pgsync::queue {

/// Reports to the queue when all of a batch is durable in the sink, or that it was given up. A batch may be
/// done in parts, in any order, on any threads.
class receipt {
  public:
    /// Called once: with the position up to which WAL must be on the database's disk for what was read to be
    /// durable there, or without a position if the batch was given up. Called on the thread that settles it.
    using settled_function = std::function<void(std::optional<postgres::lsn> durable)>;

    /// One part, which is the batch itself; see add_part().
    explicit receipt(settled_function settled = [](std::optional<postgres::lsn>) {})
        : settled_(std::move(settled)) {}

    /// Announces one more part. Called while another one is not done yet.
    void add_part() {
        const std::lock_guard lock(mutex_);
        ++parts_;
    }

    /// Records that some part was read from a snapshot that needs WAL on disk up to `durable`.
    void needs(postgres::lsn durable) {
        const std::lock_guard lock(mutex_);
        if (durable > durable_) durable_ = durable;
    }

    /// Records that the sink has made one part durable. With the last part the batch is done.
    void part_done() {
        {
            const std::lock_guard lock(mutex_);
            if (--parts_ != 0 || std::exchange(settling_, true)) return;
        }
        settle(state::done, durable_);
    }

    /// Leaves the batch to be repeated: it never becomes done, whatever is still on its way.
    void give_up() {
        {
            const std::lock_guard lock(mutex_);
            if (std::exchange(settling_, true)) return;
        }
        settle(state::given_up, std::nullopt);
    }

    enum class state { open, done, given_up };

    /// Waits until the batch is done or given up, at most `timeout`.
    [[nodiscard]] state wait(std::chrono::milliseconds timeout) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, timeout, [&] { return state_ != state::open; });
        return state_;
    }

  private:
    void settle(state now, std::optional<postgres::lsn> durable) {
        // The queue learns it before a thread that waits for this receipt goes on.
        settled_(durable);
        const std::lock_guard lock(mutex_);
        state_ = now;
        changed_.notify_all();
    }

    settled_function settled_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t parts_ = 1;
    postgres::lsn durable_;
    bool settling_ = false;
    state state_ = state::open;
};

}  // namespace pgsync::queue
