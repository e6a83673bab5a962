#pragma once

#include <mutex>
#include <stop_token>

namespace pgsync {

/// Ends everything that waits, until resume(): what begins after that waits again, what was interrupted stays
/// interrupted. Not locked: the owner's mutex guards it, and is passed to request().
class interrupt_switch {
  public:
    /// For what begins now.
    [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

    /// Locks `mutex` for a moment only: stop callbacks run without it, since they may call back.
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
