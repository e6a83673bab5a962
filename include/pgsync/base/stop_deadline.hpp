#pragma once

#include <array>
#include <cerrno>
#include <chrono>
#include <poll.h>
#include <thread>

#include <pgsync/base/quiet_thread.hpp>
#include <pgsync/base/stop_request.hpp>

namespace pgsync {

/// Makes a second stop request a given time after a first one. For waits that may continue for a while after
/// a stop, but not without limit.
class stop_deadline {
  public:
    /// `stop_fd` becomes readable with the first request; -1: there will be none. `into` must outlive this
    /// object.
    stop_deadline(int stop_fd, std::chrono::milliseconds time, const stop_request& into) {
        if (stop_fd >= 0) thread_ = quiet_thread([this, stop_fd, time, &into] { run(stop_fd, time, into); });
    }
    ~stop_deadline() {
        closing_.request();
        if (thread_.joinable()) thread_.join();
    }
    stop_deadline(const stop_deadline&) = delete;
    stop_deadline& operator=(const stop_deadline&) = delete;

  private:
    void run(int stop_fd, std::chrono::milliseconds time, const stop_request& into) {
        std::array<pollfd, 2> fds{{{stop_fd, POLLIN, 0}, {closing_.fd(), POLLIN, 0}}};
        while (::poll(fds.data(), fds.size(), -1) < 0 && errno == EINTR) {
        }
        if (fds[1].revents == 0 && !wait_for_stop(closing_.fd(), time)) into.request();
    }

    stop_request closing_;
    std::thread thread_;
};

}  // namespace pgsync
