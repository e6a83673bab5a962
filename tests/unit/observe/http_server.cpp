#include <arpa/inet.h>
#include <chrono>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/observe/connection_table.hpp>
#include <pgsync/observe/http_server.hpp>

using namespace std::chrono_literals;
using pgsync::app::connection_table;
using pgsync::app::http_server;

namespace {

/// A client that says what it is told to, from an address of this machine.
class client {
  public:
    explicit client(const http_server& server, const char* from = "127.0.0.1")
        : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const auto name = server.address();
        auto own = address_of(from, 0);
        auto other = address_of("127.0.0.1", std::stoi(name.substr(name.rfind(':') + 1)));
        REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0);
        REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&other), sizeof other) == 0);
    }
    ~client() {
        if (fd_ >= 0) ::close(fd_);
    }
    client(client&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    client(const client&) = delete;
    client& operator=(const client&) = delete;
    client& operator=(client&&) = delete;

    bool say(const std::string& text) const {
        return ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
    }
    /// All that comes until the server closes the connection; "nothing" where that takes too long.
    [[nodiscard]] std::string answer() const {
        std::string out;
        char piece[4096];
        while (true) {
            pollfd each{fd_, POLLIN, 0};
            if (::poll(&each, 1, 20'000) <= 0) return "nothing";
            const auto size = ::recv(fd_, piece, sizeof piece, 0);
            if (size <= 0) return out;
            out.append(piece, static_cast<std::size_t>(size));
        }
    }
    /// Whether the server has ended it by then.
    [[nodiscard]] bool is_ended(std::chrono::milliseconds by) const {
        pollfd each{fd_, POLLIN, 0};
        char byte = 0;
        return ::poll(&each, 1, static_cast<int>(by.count())) > 0 && ::recv(fd_, &byte, 1, 0) <= 0;
    }

  private:
    static sockaddr_in address_of(const char* host, int port) {
        sockaddr_in out{};
        out.sin_family = AF_INET;
        out.sin_port = htons(static_cast<std::uint16_t>(port));
        ::inet_pton(AF_INET, host, &out.sin_addr);
        return out;
    }
    int fd_;
};

pgsync::app::page healthy(std::string_view) { return {200, "text/plain", "healthy\n"}; }

std::string health(const http_server& server, const char* from = "127.0.0.1") {
    const client asking(server, from);
    asking.say("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto answer = asking.answer();
    return answer.starts_with("HTTP/1.1 200") && answer.ends_with("healthy\n") ? "healthy" : answer;
}

}  // namespace

TEST_CASE("of too many connections the oldest of who has the most has to go") {
    const auto start = connection_table::clock::now();
    connection_table table(3, 10s);
    CHECK_FALSE(table.add(1, "a", start));
    CHECK_FALSE(table.add(2, "b", start + 1s));
    CHECK_FALSE(table.add(3, "b", start + 2s));
    CHECK(table.add(4, "b", start + 3s) == 2);
    // The second is on its way out, and counts no more.
    CHECK(table.add(5, "c", start + 3s) == 3);
    table.remove(2);
    table.remove(3);
    CHECK(table.add(6, "d", start + 4s) == 1);  // each has one: the oldest
    table.remove(1);
    table.remove(6);
    CHECK_FALSE(table.add(7, "a", start + 5s));
}

TEST_CASE("each connection has its time") {
    const auto start = connection_table::clock::now();
    connection_table table(3, 10s);
    CHECK_FALSE(table.next());
    table.add(1, "a", start);
    table.add(2, "a", start + 5s);
    CHECK(table.next() == start + 10s);
    CHECK_FALSE(table.overdue(start + 9s));
    CHECK(table.overdue(start + 10s) == 1);
    CHECK_FALSE(table.overdue(start + 10s));
    CHECK(table.next() == start + 15s);
    table.remove(2);
    CHECK_FALSE(table.next());
}

TEST_CASE("slow clients keep nobody from an answer, whether they come from another machine or the same one") {
    const http_server server("127.0.0.1:0", healthy);
    for (const char* from : {"127.0.0.2", "127.0.0.1"}) {
        CAPTURE(from);
        std::vector<client> slow;
        for (int i = 0; i < 40; ++i) {
            slow.emplace_back(server, from);
            slow.back().say("GET /health HTTP/1.1\r\nX");
        }
        CHECK(health(server) == "healthy");
        for (const auto& each : slow) each.say("x");
        CHECK(health(server) == "healthy");
    }
}

TEST_CASE("a client who alone has one connection keeps it when another has too many") {
    const http_server server("127.0.0.1:0", healthy);
    const client modest(server, "127.0.0.1");
    modest.say("GET /health HTTP/1.1\r\n");
    std::vector<client> many;
    for (int i = 0; i < 60; ++i) many.emplace_back(server, "127.0.0.2");
    CHECK(health(server) == "healthy");  // all of these are accepted by now
    modest.say("Host: x\r\n\r\n");
    CHECK(modest.answer().ends_with("healthy\n"));
}

TEST_CASE("a byte now and then does not keep a connection") {
    const http_server server("127.0.0.1:0", healthy, {32, 300ms});
    const client slow(server);
    slow.say("GET /health HTTP/1.1\r\nX: ");
    int bytes = 0;
    while (!slow.is_ended(20ms) && bytes < 500) {
        slow.say("x");
        ++bytes;
    }
    CHECK(bytes < 500);
    CHECK(health(server) == "healthy");
}

TEST_CASE("each connection is for one request") {
    const http_server server("127.0.0.1:0", healthy);
    const client asking(server);
    asking.say("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(asking.answer().find("Connection: close") != std::string::npos);  // and it is closed
}
