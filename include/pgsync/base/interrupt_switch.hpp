#pragma once

#include <mutex>
#include <stop_token>

namespace pgsync {

/// Interrupts all waits that are in progress or begin before resume(). Waits that begin after resume() are
/// not affected; interrupted ones stay interrupted. Not thread-safe: the owner's mutex guards it, and is
/// passed to request().
class interrupt_switch {
  public:
    /// Returns the token for a wait that begins now.
    [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

    /// Interrupts. Locks `mutex` only briefly: stop callbacks run without it because they may call back.
    void request(std::mutex& mutex) {
        auto stop = [&] {
            const std::lock_guard lock(mutex);
            return stop_;
        }();
        stop.request_stop();
    }
    void resume() {
        if (stop_.stop_requested()) stop_ = std::stop_source();
    }

  private:
    std::stop_source stop_;
};

}  // namespace pgsync
