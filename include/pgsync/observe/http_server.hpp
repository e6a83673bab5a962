#pragma once

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <microhttpd.h>
#include <mutex>
#include <netdb.h>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include <pgsync/base/error.hpp>
#include <pgsync/base/quiet_thread.hpp>
#include <pgsync/observe/connection_table.hpp>
#include <pgsync/observe/listen_address.hpp>

namespace pgsync::app {

/// The answer to a request.
struct page {
    unsigned status = 200;
    std::string type = "text/plain; charset=utf-8";
    std::string body;
};

/// Answers GET requests on its own thread, with the page that `answer` returns for a path. Meant for a few
/// readers of small pages: each connection serves one request, and connections are limited in number and
/// time, see connection_table.
class http_server {
  public:
    using answer_function = std::function<page(std::string_view path)>;
    struct limits {
        std::size_t connections = 32;
        std::chrono::milliseconds time{10'000};  ///< total time of a connection
    };

    /// Starts to listen. Throws errc::configuration if the address is not available.
    http_server(const std::string& address, answer_function answer)
        : http_server(address, std::move(answer), limits()) {}
    http_server(const std::string& address, answer_function answer, const limits& most)
        : answer_(std::move(answer)), open_(most.connections, most.time), socket_(listen_at(address)) {
        const signals_blocked meanwhile;
        // At its own limit the library would stop accepting connections. It stays below that limit, since the
        // table closes one connection for each that is too many.
        const auto limit = static_cast<unsigned>(most.connections * 2);
        daemon_ =
            MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO, 0, nullptr, nullptr, &handle,
                             this, MHD_OPTION_LISTEN_SOCKET, socket_, MHD_OPTION_CONNECTION_LIMIT, limit,
                             MHD_OPTION_NOTIFY_CONNECTION, &notice, this, MHD_OPTION_END);
        if (daemon_ == nullptr) {
            ::close(socket_);
            throw error(errc::configuration, "--metrics: the HTTP server does not start");
        }
        watch_ = quiet_thread([this] { end_overdue(); });
    }
    ~http_server() {
        MHD_stop_daemon(daemon_);  // also closes the socket
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
            changed_.notify_all();
        }
        watch_.join();
    }
    http_server(const http_server&) = delete;
    http_server& operator=(const http_server&) = delete;

    /// Returns the address, such as `127.0.0.1:9750`, with the actual port if 0 was requested.
    [[nodiscard]] std::string address() const {
        sockaddr_storage name{};
        socklen_t size = sizeof name;
        if (::getsockname(socket_, reinterpret_cast<sockaddr*>(&name), &size) != 0) return {};
        char host[NI_MAXHOST];
        char port[NI_MAXSERV];
        if (::getnameinfo(reinterpret_cast<const sockaddr*>(&name), size, host, sizeof host, port,
                          sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
            return {};
        const std::string shown = std::strchr(host, ':') != nullptr ? "[" + std::string(host) + "]" : host;
        return shown + ":" + port;
    }

  private:
    static int listen_at(const std::string& address) {
        const auto [host, port] = parse_listen_address(address);
        addrinfo wanted{};
        wanted.ai_socktype = SOCK_STREAM;
        wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
        addrinfo* raw = nullptr;
        const int problem = ::getaddrinfo(host.c_str(), port.c_str(), &wanted, &raw);
        if (problem != 0) refuse(address, ::gai_strerror(problem));
        const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> found(raw, &::freeaddrinfo);
        int failure = 0;
        for (const auto* each = raw; each != nullptr; each = each->ai_next) {
            const int fd = ::socket(each->ai_family, each->ai_socktype | SOCK_CLOEXEC, each->ai_protocol);
            if (fd < 0) {
                failure = errno;
                continue;
            }
            const int yes = 1;
            ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
            if (::bind(fd, each->ai_addr, each->ai_addrlen) == 0 && ::listen(fd, 32) == 0) return fd;
            failure = errno;
            ::close(fd);
        }
        refuse(address, std::strerror(failure));
    }
    [[noreturn]] static void refuse(const std::string& address, const char* why) {
        throw error(errc::configuration, "--metrics cannot listen at " + address + ": " + why,
                    "another program may listen there, or another copy of this one: choose another port");
    }

    /// Called when a connection is opened, and when it is about to be closed.
    static void notice(void* self, MHD_Connection* connection, void**, MHD_ConnectionNotificationCode what) {
        auto& server = *static_cast<http_server*>(self);
        const auto* const socket = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        if (socket == nullptr) return;
        const int fd = socket->connect_fd;
        const std::lock_guard lock(server.mutex_);
        if (what == MHD_CONNECTION_NOTIFY_CLOSED) return server.open_.remove(fd);
        if (const auto other = server.open_.add(fd, client_of(connection), connection_table::clock::now()))
            end(*other);
        server.changed_.notify_all();
    }
    static std::string client_of(MHD_Connection* connection) {
        const auto* const found = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
        const auto* const address = found == nullptr ? nullptr : found->client_addr;
        if (address == nullptr) return {};
        char host[NI_MAXHOST];
        const socklen_t size = address->sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
        const int problem =
            ::getnameinfo(address, size, host, sizeof host, nullptr, 0, NI_NUMERICHOST | NI_NUMERICSERV);
        return problem == 0 ? host : std::string();
    }
    /// Makes the library notice the end of the connection and close it. Called under the lock: until the
    /// library closes it, its file descriptor is not reused.
    static void end(int fd) { ::shutdown(fd, SHUT_RDWR); }

    void end_overdue() {
        std::unique_lock lock(mutex_);
        while (!stopping_) {
            while (const auto fd = open_.overdue(connection_table::clock::now())) end(*fd);
            if (const auto next = open_.next()) {
                changed_.wait_until(lock, *next);
            } else {
                changed_.wait(lock);
            }
        }
    }

    static MHD_Result handle(void* self, MHD_Connection* connection, const char* path, const char* method,
                             const char*, const char*, std::size_t* upload_size, void** begun) {
        // The first call comes before the request body, which is ignored.
        if (*begun == nullptr) {
            *begun = self;
            return MHD_YES;
        }
        if (*upload_size != 0) {
            *upload_size = 0;
            return MHD_YES;
        }
        try {
            const std::string_view asked(method);
            if (asked != "GET" && asked != "HEAD") return send(connection, {405, "text/plain", "GET only\n"});
            return send(connection, static_cast<http_server*>(self)->answer_(path));
        } catch (const std::exception&) {
            return MHD_NO;
        }
    }
    static MHD_Result send(MHD_Connection* connection, const page& what) {
        const std::unique_ptr<MHD_Response, decltype(&MHD_destroy_response)> response(
            MHD_create_response_from_buffer(what.body.size(), const_cast<char*>(what.body.data()),
                                            MHD_RESPMEM_MUST_COPY),
            &MHD_destroy_response);
        if (!response) return MHD_NO;
        MHD_add_response_header(response.get(), "Content-Type", what.type.c_str());
        MHD_add_response_header(response.get(), "Connection", "close");
        MHD_add_response_header(response.get(), "Cache-Control", "no-store");
        MHD_add_response_header(response.get(), "X-Content-Type-Options", "nosniff");
        MHD_add_response_header(response.get(), "Content-Security-Policy",
                                "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
                                "connect-src 'self'; frame-ancestors 'none'");
        return MHD_queue_response(connection, what.status, response.get());
    }

    answer_function answer_;
    std::mutex mutex_;  ///< guards the members below, except the library's
    std::condition_variable changed_;
    connection_table open_;
    bool stopping_ = false;
    int socket_;
    MHD_Daemon* daemon_ = nullptr;
    std::thread watch_;
};

}  // namespace pgsync::app
