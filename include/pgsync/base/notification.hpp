#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace pgsync {

/// Wakes a thread that waits for a state which others change. Any number may notify, one waits.
class notification {
  public:
    void notify() {
        {
            const std::lock_guard lock(mutex_);
            ++given_;
        }
        changed_.notify_all();
    }

    /// Waits until notify() has been called since the last call of wait(), at most `timeout`.
    void wait(std::chrono::milliseconds timeout) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, timeout, [&] { return given_ != seen_; });
        seen_ = given_;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t given_ = 0;
    std::uint64_t seen_ = 0;
};

}  // namespace pgsync
