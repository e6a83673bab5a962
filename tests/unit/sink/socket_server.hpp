#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

/// A cluster as HTTP sees it: a real socket on 127.0.0.1 whose manners a function decides.
namespace pgsync::test {

class socket_server {
  public:
    /// One request as it came.
    struct call {
        std::string head;  ///< request line and headers
        std::string body;
        std::size_t connection = 0;  ///< counted from 0
        std::size_t number = 0;      ///< of the request among all, from 0
    };
    /// What a behaviour may do with the connection.
    class line {
      public:
        line(int fd, int stop) : fd_(fd), stop_(stop) {}
        /// False when nobody listens any more.
        bool send(std::string_view text) const {
            while (!text.empty()) {
                const auto sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
                if (sent <= 0) return false;
                text.remove_prefix(static_cast<std::size_t>(sent));
            }
            return true;
        }
        bool answer(int status, std::string_view body, std::string_view more_headers = {}) const {
            std::string text = "HTTP/1.1 " + std::to_string(status) +
                               " so be it\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
                               std::string(more_headers) + "\r\n";
            text += body;
            return send(text);
        }
        /// The next bytes; none at the end, or when the server is to stop.
        [[nodiscard]] std::string read() const {
            std::array<pollfd, 2> both{{{fd_, POLLIN, 0}, {stop_, POLLIN, 0}}};
            if (::poll(both.data(), both.size(), -1) <= 0 || both[1].revents != 0) return {};
            std::array<char, 65'536> buffer{};
            const auto got = ::recv(fd_, buffer.data(), buffer.size(), 0);
            return got <= 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(got));
        }
        /// Never answers: returns when the other side has gone, or the server is to stop.
        void freeze() const {
            while (!read().empty()) continue;
        }
        /// The connection ends with what has been sent so far.
        void cut() const { ::shutdown(fd_, SHUT_RDWR); }

      private:
        int fd_;
        int stop_;
    };
    using behaviour = std::function<void(const call&, const line&)>;

    /// Calls `what` for each request, in a thread for each connection. With `only_heads` a request's body is
    /// left unread.
    explicit socket_server(behaviour what, bool only_heads = false)
        : behaviour_(std::move(what)), only_heads_(only_heads), listener_(listen_somewhere()) {
        if (::pipe(stop_.data()) != 0) throw std::runtime_error("pipe");
        acceptor_ = std::thread([this] { accept_all(); });
    }
    ~socket_server() {
        static_cast<void>(::write(stop_[1], "x", 1));  // never read: readable for everybody
        acceptor_.join();
        for (auto& each : threads_) each.join();
        for (const int fd : {listener_, stop_[0], stop_[1]}) ::close(fd);
    }
    socket_server(const socket_server&) = delete;
    socket_server& operator=(const socket_server&) = delete;

    [[nodiscard]] std::string url(const std::string& credentials = {}) const {
        return "http://" + (credentials.empty() ? "" : credentials + "@") +
               "127.0.0.1:" + std::to_string(port_);
    }
    [[nodiscard]] std::size_t connections() const {
        const std::lock_guard lock(mutex_);
        return connections_;
    }
    [[nodiscard]] std::vector<call> calls() const {
        const std::lock_guard lock(mutex_);
        return calls_;
    }
    /// Waits until that many requests have come; false when they do not.
    [[nodiscard]] bool wait_for_calls(std::size_t many) const {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return calls_.size() >= many; });
    }
    /// A port on which nobody listens.
    [[nodiscard]] static std::string refusing_url() {
        // Bound and not listening: nobody else can take it while this process lives.
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        return "http://127.0.0.1:" + std::to_string(bind_somewhere(fd));
    }

  private:
    static int bind_somewhere(int fd) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* raw = reinterpret_cast<sockaddr*>(&address);
        if (::bind(fd, raw, size) != 0 || ::getsockname(fd, raw, &size) != 0)
            throw std::runtime_error("bind");
        return ntohs(address.sin_port);
    }
    int listen_somewhere() {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        port_ = bind_somewhere(fd);
        if (::listen(fd, 64) != 0) throw std::runtime_error("listen");
        return fd;
    }

    void accept_all() {
        while (true) {
            std::array<pollfd, 2> both{{{listener_, POLLIN, 0}, {stop_[0], POLLIN, 0}}};
            if (::poll(both.data(), both.size(), -1) <= 0 || both[1].revents != 0) return;
            const int fd = ::accept(listener_, nullptr, nullptr);
            if (fd < 0) continue;
            std::size_t number = 0;
            {
                const std::lock_guard lock(mutex_);
                number = connections_++;
            }
            threads_.emplace_back([this, fd, number] {
                serve(line(fd, stop_[0]), number);
                ::close(fd);
            });
        }
    }

    void serve(const line& through, std::size_t connection) {
        std::string pending;
        while (true) {
            const auto more = [&] {
                const auto got = through.read();
                pending += got;
                return !got.empty();
            };
            while (pending.find("\r\n\r\n") == std::string::npos) {
                if (!more()) return;
            }
            call each;
            const auto end = pending.find("\r\n\r\n") + 4;
            each.head = pending.substr(0, end);
            pending.erase(0, end);
            if (!only_heads_) {
                const auto length = content_length(each.head);
                while (pending.size() < length) {
                    if (!more()) return;
                }
                each.body = pending.substr(0, length);
                pending.erase(0, length);
            }
            each.connection = connection;
            {
                const std::lock_guard lock(mutex_);
                each.number = calls_.size();
                calls_.push_back(each);
                changed_.notify_all();
            }
            behaviour_(each, through);
        }
    }
    static std::size_t content_length(std::string head) {
        std::transform(head.begin(), head.end(), head.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        const std::string name = "content-length:";
        const auto at = head.find(name);
        return at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
    }

    behaviour behaviour_;
    bool only_heads_;
    int port_ = 0;
    int listener_;
    std::array<int, 2> stop_{-1, -1};
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::vector<call> calls_;
    std::size_t connections_ = 0;
    std::list<std::thread> threads_;
    std::thread acceptor_;
};

}  // namespace pgsync::test
