#pragma once

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace pgsync::app {

/// SIGINT and SIGTERM as a file descriptor: readable from the first signal on, so that every wait in the
/// program can end with it. A second signal ends the process at once, as without a handler. One object a
/// process.
class stop_signal {
  public:
    stop_signal() {
        if (::pipe2(pipe_.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
            throw std::system_error(errno, std::generic_category(), "pipe");
        }
        write_end().store(pipe_[1]);
        struct sigaction action {};
        action.sa_handler = &handle;
        sigemptyset(&action.sa_mask);
        // The default comes back with the first signal: the second one kills.
        action.sa_flags = static_cast<int>(SA_RESETHAND);
        ::sigaction(SIGINT, &action, &old_int_);
        ::sigaction(SIGTERM, &action, &old_term_);
    }
    ~stop_signal() {
        ::sigaction(SIGINT, &old_int_, nullptr);
        ::sigaction(SIGTERM, &old_term_, nullptr);
        write_end().store(-1);
        ::close(pipe_[0]);
        ::close(pipe_[1]);
    }
    stop_signal(const stop_signal&) = delete;
    stop_signal& operator=(const stop_signal&) = delete;

    [[nodiscard]] int fd() const { return pipe_[0]; }

  private:
    static std::atomic<int>& write_end() {
        static std::atomic<int> fd{-1};
        return fd;
    }
    static void handle(int) {
        const int saved = errno;
        const char byte = 1;
        // Nothing can be done in a handler when the pipe is full, and then it is readable anyway.
        [[maybe_unused]] const auto written = ::write(write_end().load(), &byte, 1);
        errno = saved;
    }

    std::array<int, 2> pipe_{-1, -1};
    struct sigaction old_int_ {};
    struct sigaction old_term_ {};
};

}  // namespace pgsync::app
