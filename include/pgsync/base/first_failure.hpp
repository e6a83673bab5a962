#pragma once

#include <atomic>
#include <exception>
#include <mutex>
#include <utility>

namespace pgsync {

/// Keeps the first exception that any of several threads reports, so that one thread can rethrow it. Later
/// exceptions are dropped. Thread-safe.
class first_failure {
  public:
    void set(std::exception_ptr what) {
        const std::lock_guard lock(mutex_);
        if (!failed_) what_ = std::move(what);
        failed_ = true;
    }
    void set_current() { set(std::current_exception()); }

    [[nodiscard]] bool failed() const noexcept { return failed_; }

    /// Rethrows the stored exception; returns if there is none.
    void rethrow() const {
        if (!failed_) return;
        const std::lock_guard lock(mutex_);
        std::rethrow_exception(what_);
    }

  private:
    std::atomic<bool> failed_{false};
    mutable std::mutex mutex_;
    std::exception_ptr what_;
};

}  // namespace pgsync
