#pragma once

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <poll.h>

namespace pgsync::postgres::detail {

enum class wake : unsigned char { ready, stopped, timed_out };

/// Waits until `socket` is ready for `events`, until `stop_fd` (-1 for none) is readable, or until
/// `deadline`.
[[nodiscard]] inline wake wait(int socket, short events, int stop_fd,
                               std::optional<std::chrono::steady_clock::time_point> deadline = std::nullopt) {
    using std::chrono::milliseconds;
    while (true) {
        int timeout = -1;
        if (deadline) {
            const auto left = std::chrono::ceil<milliseconds>(*deadline - std::chrono::steady_clock::now());
            timeout = left.count() <= 0          ? 0
                      : left.count() > 3'600'000 ? 3'600'000
                                                 : static_cast<int>(left.count());
        }
        // poll() ignores negative descriptors.
        std::array<pollfd, 2> fds{{{socket, events, 0}, {stop_fd, POLLIN, 0}}};
        const int count = ::poll(fds.data(), fds.size(), timeout);
        if (count < 0 && errno != EINTR) return wake::ready;  // let the next read report what is wrong
        if (count > 0 && fds[1].revents != 0) return wake::stopped;
        if (count > 0) return wake::ready;
        if (deadline && std::chrono::steady_clock::now() >= *deadline) return wake::timed_out;
    }
}

}  // namespace pgsync::postgres::detail
