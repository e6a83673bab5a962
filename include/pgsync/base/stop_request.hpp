#pragma once

#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <poll.h>
#include <system_error>
#include <unistd.h>

namespace pgsync {

/// A stop flag backed by a pipe: fd() becomes readable once stop is requested, so every poll() can wake up on
/// it. It cannot be reset.
class stop_request {
  public:
    stop_request() {
        if (::pipe2(pipe_.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
            throw std::system_error(errno, std::generic_category(), "pipe");
        }
    }
    ~stop_request() {
        ::close(pipe_[0]);
        ::close(pipe_[1]);
    }
    stop_request(const stop_request&) = delete;
    stop_request& operator=(const stop_request&) = delete;

    /// Requests the stop. May be called from any thread and from a signal handler.
    void request() const noexcept {
        const int saved = errno;
        const char byte = 1;
        // If the pipe is full, the write fails, but then the pipe is readable anyway.
        [[maybe_unused]] const auto written = ::write(pipe_[1], &byte, 1);
        errno = saved;
    }

    [[nodiscard]] int fd() const noexcept { return pipe_[0]; }

  private:
    std::array<int, 2> pipe_{-1, -1};
};

/// Waits for `time`. Returns true if stop was requested before it passed. `stop_fd` may be -1.
[[nodiscard]] inline bool wait_for_stop(int stop_fd, std::chrono::milliseconds time) {
    pollfd each{stop_fd, POLLIN, 0};
    return ::poll(&each, 1, static_cast<int>(time.count())) > 0;
}

}  // namespace pgsync
