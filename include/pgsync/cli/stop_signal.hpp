#pragma once

#include <atomic>
#include <csignal>

#include <pgsync/base/stop_request.hpp>

namespace pgsync::app {

/// Requests a stop on SIGINT and SIGTERM, as long as the object exists. A second signal ends the process at
/// once, as it would without a handler. At most one object per process.
class stop_signal {
  public:
    explicit stop_signal(const stop_request& into) {
        target().store(&into);
        struct sigaction action {};
        action.sa_handler = &handle;
        sigemptyset(&action.sa_mask);
        // The first signal restores the default handler, so that the second one kills the process.
        action.sa_flags = static_cast<int>(SA_RESETHAND);
        ::sigaction(SIGINT, &action, &old_int_);
        ::sigaction(SIGTERM, &action, &old_term_);
    }
    ~stop_signal() {
        ::sigaction(SIGINT, &old_int_, nullptr);
        ::sigaction(SIGTERM, &old_term_, nullptr);
        target().store(nullptr);
    }
    stop_signal(const stop_signal&) = delete;
    stop_signal& operator=(const stop_signal&) = delete;

  private:
    static std::atomic<const stop_request*>& target() {
        static std::atomic<const stop_request*> request{nullptr};
        return request;
    }
    static void handle(int) {
        if (const auto* request = target().load()) request->request();
    }

    struct sigaction old_int_ {};
    struct sigaction old_term_ {};
};

}  // namespace pgsync::app
