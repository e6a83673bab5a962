#include <arpa/inet.h>
#include <chrono>
#include <cstdlib>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "contains.hpp"
#include "live_database.hpp"
#include "silent_forwarder.hpp"
#include <pgsync/postgres/connection.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/wal/replication.hpp>

using pgsync::errc;
using namespace pgsync::postgres;
using namespace std::chrono_literals;

namespace {

/// A database behind a forwarder, with a patience of a second.
struct far_database {
    [[nodiscard]] std::string conninfo() const {
        return "host=127.0.0.1 tcp_user_timeout=1000 port=" + between.port() + " dbname=" + database.name();
    }
    [[nodiscard]] int backends() {
        return std::stoi(std::string(near.exec("SELECT count(*) FROM pg_stat_activity WHERE datname = "
                                               "current_database() AND pid <> pg_backend_pid()")
                                         .get(0, 0)));
    }

    /// The server ends a process a moment after it was told to.
    void wait_until_alone() {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (backends() > 0) REQUIRE(std::chrono::steady_clock::now() < deadline);
    }

    live_database database;
    session near{"dbname=" + database.name()};
    silent_forwarder between;
};

/// Runs what must fail for a dead connection; returns the message.
template <typename Body>
std::string dead(Body&& body) {
    const auto start = std::chrono::steady_clock::now();
    try {
        body();
    } catch (const sql_error& problem) {
        CHECK(problem.code() == errc::connection);
        CHECK(std::chrono::steady_clock::now() - start < 20s);
        return problem.what();
    }
    FAIL("nothing was noticed");
    return {};
}

}  // namespace

TEST_CASE("a live query may take longer than the server may be silent", "[.][postgres][session]") {
    const far_database far;
    session slow(far.conninfo());
    slow.exec("SELECT pg_sleep(3)");
    CHECK(slow.exec("SELECT 1").get(0, 0) == "1");
}

TEST_CASE("a live query is asked about where it runs, not where its name leads by then",
          "[.][postgres][session]") {
    const live_database database;
    // Nobody is there yet when the session looks for a server; later somebody is, who says nothing.
    const int other = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    REQUIRE(::bind(other, reinterpret_cast<const sockaddr*>(&here), size) == 0);
    REQUIRE(::getsockname(other, reinterpret_cast<sockaddr*>(&here), &size) == 0);
    const auto conninfo = "host=127.0.0.1,127.0.0.1 port=" + std::to_string(ntohs(here.sin_port)) + "," +
                          std::getenv("PGPORT") +
                          " connect_timeout=2 tcp_user_timeout=1000 dbname=" + database.name();
    session slow(conninfo);
    admin_connection administrative(conninfo);
    REQUIRE(::listen(other, 8) == 0);
    slow.exec("SELECT pg_sleep(3)");
    CHECK(administrative.query("SELECT 1 FROM pg_sleep(3)").size() == 1);
    CHECK(slow.exec("SELECT 1").get(0, 0) == "1");
    ::close(other);
}

TEST_CASE("a live process is looked for until its server answers, and not for ever",
          "[.][postgres][session]") {
    const live_database database;
    const auto conninfo = "dbname=" + database.name();
    session idle(conninfo);
    auto who = detail::backend_in(idle.exec(detail::identify_backend_sql));
    std::string why;
    CHECK_FALSE(detail::worth_waiting_for(who, conninfo, -1, 5s, why));
    CHECK_THAT(why, contains("not working on anything"));
    who.server = "2001-01-01 00:00:00+00";
    CHECK_FALSE(detail::worth_waiting_for(who, conninfo, -1, 5s, why));
    CHECK_THAT(why, contains("another server"));
}

TEST_CASE("a live connection on which nothing passes any more is noticed, and its process ended",
          "[.][postgres][session]") {
    far_database far;
    session frozen(far.conninfo());
    frozen.exec("BEGIN");
    REQUIRE(far.backends() == 1);
    far.between.forget();
    CHECK_THAT(dead([&] { frozen.exec("SELECT 1"); }), contains("the connection is dead"));
    CHECK_FALSE(frozen.usable());
    far.wait_until_alone();
    // New connections work.
    CHECK(session(far.conninfo()).exec("SELECT 1").get(0, 0) == "1");
}

TEST_CASE("a live administrative connection on which nothing passes is noticed, a slow statement waited for",
          "[.][postgres][connection]") {
    far_database far;
    admin_connection frozen(far.conninfo());
    CHECK(frozen.query("SELECT 1 FROM pg_sleep(3)").size() == 1);
    far.between.forget();
    dead([&] { frozen.query("SELECT 1"); });
    far.wait_until_alone();
}

TEST_CASE("a live stream that falls silent is noticed, and its slot is free again",
          "[.][postgres][replication][publications]") {
    far_database far;
    far.near.exec("CREATE PUBLICATION p FOR ALL TABLES");
    const auto& slot = far.database.name();
    far.near.exec_params("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", {slot});
    const std::vector<std::string> publications{"p"};
    replication_stream stream(far.conninfo());
    stream.start(slot, {}, publications);
    // An idle server answers when asked: no harm in having nothing to say.
    const auto quiet_until = std::chrono::steady_clock::now() + 3s;
    while (std::chrono::steady_clock::now() < quiet_until) (void)stream.receive(100ms);
    far.between.forget();
    CHECK_THAT(dead([&] {
                   while (true) (void)stream.receive(100ms);
               }),
               contains("the connection is dead"));
    replication_stream successor(far.conninfo());
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (far.near.exec("SELECT 1 FROM pg_replication_slots WHERE active").rows() > 0)
        REQUIRE(std::chrono::steady_clock::now() < deadline);
    successor.start(slot, {}, publications);
}
