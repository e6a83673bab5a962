#pragma once

#include <csignal>
#include <pthread.h>
#include <thread>
#include <utility>

namespace pgsync {

/// Blocks all signals for this thread as long as the object lives. Threads started meanwhile inherit the mask
/// and never receive a signal.
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

/// Starts a thread that receives no signals. SIGINT and SIGTERM are left to the main thread, and a SIGPIPE
/// raised in a TLS library does not end the program.
template <typename Function>
[[nodiscard]] std::thread quiet_thread(Function&& function) {
    const signals_blocked meanwhile;
    return std::thread(std::forward<Function>(function));
}

}  // namespace pgsync
