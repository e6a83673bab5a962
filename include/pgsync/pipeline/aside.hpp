#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <thread>
#include <utility>

#include <pgsync/base/quiet_thread.hpp>

namespace pgsync::pipeline {

/// Runs a function on its own thread, so that the caller can continue meanwhile.
class aside {
  public:
    explicit aside(std::function<void()> what)
        : thread_(quiet_thread([this, what = std::move(what)] {
              try {
                  what();
                  done_.set_value();
              } catch (...) {
                  done_.set_exception(std::current_exception());
              }
          })) {}
    /// Waits for the function to return.
    ~aside() { thread_.join(); }
    aside(const aside&) = delete;
    aside& operator=(const aside&) = delete;

    /// Returns true if the function has returned, waiting for it up to `time`. Rethrows what it threw, once.
    [[nodiscard]] bool done(std::chrono::milliseconds time = {}) {
        if (!result_.valid()) return true;
        if (result_.wait_for(time) != std::future_status::ready) return false;
        result_.get();
        return true;
    }

  private:
    std::promise<void> done_;
    std::future<void> result_ = done_.get_future();
    std::thread thread_;
};

}  // namespace pgsync::pipeline
