#pragma once

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

/// Stands between a client and the server that PGPORT names on this machine. Connections that were open when
/// forget() was called stay open, and nothing passes on them any more; new ones work.
class silent_forwarder {
  public:
    silent_forwarder() : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        auto here = address(0);
        socklen_t size = sizeof here;
        ::bind(listening_, reinterpret_cast<const sockaddr*>(&here), size);
        ::listen(listening_, 8);
        ::getsockname(listening_, reinterpret_cast<sockaddr*>(&here), &size);
        port_ = ntohs(here.sin_port);
        thread_ = std::thread([this] { run(); });
    }
    silent_forwarder(const silent_forwarder&) = delete;
    silent_forwarder& operator=(const silent_forwarder&) = delete;
    ~silent_forwarder() {
        over_ = true;
        thread_.join();
        ::close(listening_);
        for (const auto& each : pairs_)
            for (const int fd : each.fds) ::close(fd);
    }

    [[nodiscard]] std::string port() const { return std::to_string(port_); }
    void forget() {
        forget_ = true;
        while (forget_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }

  private:
    struct pair {
        std::array<int, 2> fds;
        bool silent = false;
    };

    static sockaddr_in address(std::uint16_t port) {
        sockaddr_in out{};
        out.sin_family = AF_INET;
        out.sin_port = htons(port);
        out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return out;
    }

    void take_in() {
        const int client = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
        const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const auto there = address(static_cast<std::uint16_t>(std::atoi(std::getenv("PGPORT"))));
        ::connect(server, reinterpret_cast<const sockaddr*>(&there), sizeof there);
        pairs_.push_back({{client, server}});
    }

    void run() {
        while (!over_) {
            if (forget_) {
                for (auto& each : pairs_) each.silent = true;
                forget_ = false;
            }
            std::vector<pollfd> fds{{listening_, POLLIN, 0}};
            for (const auto& each : pairs_)
                for (const int fd : each.fds) fds.push_back({each.silent ? -1 : fd, POLLIN, 0});
            ::poll(fds.data(), fds.size(), 10);
            for (std::size_t i = 1; i < fds.size(); ++i) {
                if (fds[i].revents == 0) continue;
                auto& from = pairs_[(i - 1) / 2];
                std::array<char, 65536> bytes{};
                const auto got = ::read(fds[i].fd, bytes.data(), bytes.size());
                const int other = from.fds[i % 2];
                if (got <= 0 ||
                    ::send(other, bytes.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL) != got) {
                    for (const int fd : from.fds) ::shutdown(fd, SHUT_RDWR);
                    from.silent = true;
                }
            }
            if (fds[0].revents != 0) take_in();
        }
    }

    int listening_;
    std::uint16_t port_ = 0;
    std::vector<pair> pairs_;
    std::atomic<bool> forget_{false};
    std::atomic<bool> over_{false};
    std::thread thread_;
};
