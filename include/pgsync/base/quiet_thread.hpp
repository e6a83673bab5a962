#pragma once

#include <csignal>
#include <pthread.h>
#include <thread>
#include <utility>

namespace pgsync {

/// As long as it lives no signal reaches this thread, and none ever reaches the threads that are started
/// meanwhile: they inherit that.
class signals_blocked {
  public:
    signals_blocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    signals_blocked(const signals_blocked&) = delete;
    signals_blocked& operator=(const signals_blocked&) = delete;

  private:
    sigset_t before_{};
};

/// Starts a thread that takes no signals: SIGINT and SIGTERM stay the main thread's business, and a SIGPIPE
/// out of a TLS library ends nothing.
template <typename Function>
[[nodiscard]] std::thread quiet_thread(Function&& function) {
    const signals_blocked meanwhile;
    return std::thread(std::forward<Function>(function));
}

}  // namespace pgsync
