#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include <pgsync/base/metrics.hpp>
#include <pgsync/base/quiet_thread.hpp>
#include <pgsync/base/stop_request.hpp>
#include <pgsync/observe/readiness.hpp>

namespace pgsync::app {

/// Reports the state of the program to the service manager, if there is one. systemd's protocol is a datagram
/// of lines to the socket that NOTIFY_SOCKET names, see sd_notify(3), and needs no library. Sends READY=1
/// once the program streams, loads or stands by, and until then an extension of the start timeout as long as
/// a server is down; STOPPING=1; a status line; and, if WATCHDOG_USEC asks for it, a sign of life as long as
/// is_healthy().
class service_notice {
  public:
    /// Starts a thread that reports, if NOTIFY_SOCKET is set.
    explicit service_notice(std::shared_ptr<const metrics::registry> counts) : counts_(std::move(counts)) {
        if (const char* path = std::getenv("NOTIFY_SOCKET")) path_ = path;
        if (path_.empty()) return;
        // Child processes of the watched process inherit the variable.
        const char* pid = std::getenv("WATCHDOG_PID");
        const char* time = std::getenv("WATCHDOG_USEC");
        if (time != nullptr && (pid == nullptr || std::to_string(::getpid()) == pid))
            watchdog_ = std::chrono::microseconds(std::strtoll(time, nullptr, 10));
        thread_ = quiet_thread([this] { run(); });
    }
    ~service_notice() {
        if (!thread_.joinable()) return;
        ending_.request();
        thread_.join();
        if (!stopping_) (void)send("STOPPING=1");
    }
    service_notice(const service_notice&) = delete;
    service_notice& operator=(const service_notice&) = delete;

  private:
    using clock = std::chrono::steady_clock;

    void run() {
        auto every = std::chrono::milliseconds(5'000);
        if (watchdog_.count() > 0)
            every = std::max(
                std::chrono::milliseconds(1),
                std::min(every, std::chrono::duration_cast<std::chrono::milliseconds>(watchdog_ / 3)));
        auto last = metrics::phase::starting;
        auto next = clock::now();
        while (true) {
            const auto now = counts_->at();
            // A change of state is reported at once, everything else at intervals.
            if (std::exchange(last, now) != now || clock::now() >= next) {
                tell(now);
                next = clock::now() + every;
            }
            if (wait_for_stop(ending_.fd(), std::min(every, std::chrono::milliseconds(100)))) return;
        }
    }

    /// Reports the current state; what could not be sent is sent again the next time.
    void tell(metrics::phase now) {
        std::string lines = "STATUS=" + std::string(readiness_of(*counts_).why);
        const bool ready = !ready_ && (now == metrics::phase::following || now == metrics::phase::loading ||
                                       now == metrics::phase::standing_by);
        const bool stopping = !stopping_ && now == metrics::phase::stopping;
        if (!ready_ && now == metrics::phase::away) lines += "\nEXTEND_TIMEOUT_USEC=30000000";
        if (ready) lines += "\nREADY=1";
        if (stopping) lines += "\nSTOPPING=1";
        if (watchdog_.count() > 0 && is_healthy(*counts_)) lines += "\nWATCHDOG=1";
        if (!send(lines)) return;
        ready_ = ready_ || ready;
        stopping_ = stopping_ || stopping;
    }

    /// Sends one datagram; blocks for at most a second. Returns whether it was sent.
    [[nodiscard]] bool send(const std::string& lines) const {
        sockaddr_un to{};
        to.sun_family = AF_UNIX;
        if (path_.size() >= sizeof to.sun_path) return false;
        std::memcpy(to.sun_path, path_.data(), path_.size());
        if (to.sun_path[0] == '@') to.sun_path[0] = '\0';  // abstract socket name
        const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd < 0) return false;
        const timeval patience{1, 0};
        ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size());
        const auto sent = ::sendto(fd, lines.data(), lines.size(), MSG_NOSIGNAL,
                                   reinterpret_cast<const sockaddr*>(&to), size);
        ::close(fd);
        return sent >= 0;
    }

    std::shared_ptr<const metrics::registry> counts_;
    std::string path_;
    std::chrono::microseconds watchdog_{0};
    bool ready_ = false;
    bool stopping_ = false;
    stop_request ending_;
    std::thread thread_;
};

}  // namespace pgsync::app
