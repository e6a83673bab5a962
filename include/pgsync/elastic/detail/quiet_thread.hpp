#pragma once

#include <csignal>
#include <pthread.h>
#include <thread>
#include <utility>

namespace pgsync::elastic::detail {

/// Starts a thread that takes no signals: SIGINT and SIGTERM stay the main thread's business, and a SIGPIPE
/// out of a TLS library ends nothing.
template <typename Function>
[[nodiscard]] std::thread quiet_thread(Function&& function) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // a new thread inherits the mask
    try {
        std::thread started(std::forward<Function>(function));
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        return started;
    } catch (...) {
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        throw;
    }
}

}  // namespace pgsync::elastic::detail
