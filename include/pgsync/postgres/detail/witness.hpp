#pragma once

#include <algorithm>
#include <chrono>
#include <exception>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <libpq-fe.h>

#include <pgsync/base/error.hpp>
#include <pgsync/postgres/conninfo.hpp>
#include <pgsync/postgres/detail/connect.hpp>
#include <pgsync/postgres/detail/wait.hpp>
#include <pgsync/postgres/result.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/postgres/version.hpp>

namespace pgsync::postgres::detail {

/// Identifies one server process for good, because pids are reused. Values are in the server's text form; an
/// empty pid means unknown.
struct backend_id {
    std::string pid;
    std::string start;
    std::string server{};  ///< start time of its server, which distinguishes several behind one name
};

/// Returns the id of the server process that runs it.
inline constexpr std::string_view identify_backend_sql =
    "SELECT pid::text, backend_start::text, pg_catalog.pg_postmaster_start_time()::text "
    "FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid())";

[[nodiscard]] inline backend_id backend_in(const result& answer) {
    if (answer.rows() != 1) return {};
    return {std::string(answer.get(0, 0)), std::string(answer.get(0, 1)), std::string(answer.get(0, 2))};
}

/// Returns a connection string for the very server that a connection was made to. A host name or a list of
/// hosts may lead to several servers, and only that one knows the connection. Values that libpq does not know
/// are null.
[[nodiscard]] inline std::string same_server(const std::string& conninfo, const char* known_host,
                                             const char* known_address, const char* known_port) {
    const auto text = [](const char* known) { return std::string(known == nullptr ? "" : known); };
    const auto host = text(known_host);
    const auto address = text(known_address);
    const auto port = text(known_port);
    auto parameters = with_defaults(parse_conninfo(conninfo));
    if (!host.empty()) {
        set_parameter(parameters, "host", host);
        set_parameter(parameters, "hostaddr", address);
    } else if (!address.empty()) {
        set_parameter(parameters, "hostaddr", address);
    }
    if (!port.empty()) set_parameter(parameters, "port", port);
    // A primary that was demoted meanwhile is still the server to ask.
    set_parameter(parameters, "target_session_attrs", "any");
    return to_conninfo(parameters);
}

/// A second connection to the same server that asks about a first one that has fallen silent. Either its
/// query is merely slow, or the connection is dead: the server answered long ago, or never received the
/// query, and nothing will ever arrive. No TCP setting can distinguish these if something in between keeps
/// the connection alive.
class witness {
  public:
    /// Throws errc::connection if the server cannot be reached, or not within `patience`.
    witness(const std::string& conninfo, int stop_fd, std::chrono::milliseconds patience)
        : stop_fd_(stop_fd), patience_(patience), connection_(open(conninfo, false, stop_fd)) {}

    /// Returns true if this is the server of that process, not another one chosen by a load balancer.
    [[nodiscard]] bool is_server_of(const backend_id& who) {
        if (who.server.empty()) return true;
        const auto answer =
            ask("SELECT pg_catalog.pg_postmaster_start_time() = $1::timestamptz", {who.server.c_str()});
        return PQntuples(answer.native()) == 1 && std::string_view(PQgetvalue(answer.native(), 0, 0)) == "t";
    }

    /// Returns true if that process is still working, so that waiting for it makes sense.
    [[nodiscard]] bool works(const backend_id& who) {
        // It is not if it waits for its client (Client) or for new WAL to send (Activity). Servers report
        // that since version 10.
        const char* const sql = has_client_wait_events(PQserverVersion(connection_.get()))
                                    ? "SELECT coalesce(wait_event_type, '') NOT IN ('Client', 'Activity') "
                                      "FROM pg_catalog.pg_stat_activity "
                                      "WHERE pid = $1::int AND backend_start = $2::timestamptz"
                                    : "SELECT state = 'active' FROM pg_catalog.pg_stat_activity "
                                      "WHERE pid = $1::int AND backend_start = $2::timestamptz";
        const auto answer = ask(sql, {who.pid.c_str(), who.start.c_str()});
        return PQntuples(answer.native()) == 1 && std::string_view(PQgetvalue(answer.native(), 0, 0)) == "t";
    }

    /// Terminates that process, which would otherwise hold its snapshot or its slot until the server notices
    /// by itself. If its connection accepts no more data, one signal is not enough: the process would wait
    /// until its final message is delivered, and TCP gives up only after a quarter of an hour. A second
    /// signal ends that wait.
    void end(const backend_id& who) {
        const auto deadline = std::chrono::steady_clock::now() + std::min(patience_, longest_end);
        auto pause = std::chrono::milliseconds(10);
        while (true) {
            const auto told =
                ask("SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity "
                    "WHERE pid = $1::int AND backend_start = $2::timestamptz",
                    {who.pid.c_str(), who.start.c_str()});
            if (PQntuples(told.native()) == 0 || std::chrono::steady_clock::now() >= deadline) return;
            std::this_thread::sleep_for(pause);
            pause = std::min(pause * 2, std::chrono::milliseconds(200));
        }
    }

  private:
    static constexpr std::chrono::milliseconds longest_end{2'000};

    result ask(const char* sql, std::initializer_list<const char*> values) {
        auto* const native = connection_.get();
        const auto deadline = std::chrono::steady_clock::now() + patience_;
        if (PQsendQueryParams(native, sql, static_cast<int>(values.size()), nullptr, std::data(values),
                              nullptr, nullptr, 0) == 0)
            fail();
        result last(nullptr);
        while (true) {
            const int unsent = PQflush(native);
            if (unsent == 0 && PQisBusy(native) == 0) {
                result next(PQgetResult(native));
                if (next.native() == nullptr) break;
                last = std::move(next);
                continue;
            }
            const short events = unsent > 0 ? POLLIN | POLLOUT : POLLIN;
            const auto woken = wait(PQsocket(native), events, stop_fd_, deadline);
            if (woken == wake::stopped) throw_interrupted("asking whether PostgreSQL is still there");
            if (woken == wake::timed_out || PQconsumeInput(native) == 0) fail();
        }
        if (last.native() == nullptr || PQresultStatus(last.native()) != PGRES_TUPLES_OK) fail();
        return last;
    }

    [[noreturn]] void fail() const {
        throw sql_error(errc::connection, {},
                        server_of(connection_.get()) + " does not answer: " +
                            scrub(without_line_end(PQerrorMessage(connection_.get()))));
    }

    int stop_fd_;
    std::chrono::milliseconds patience_;
    connection_ptr connection_;
};

/// Asks a witness whether it makes sense to wait for that process. If not, `why` receives the reason. A
/// server that is up but does not let the witness in leaves the question open; then waiting makes sense too.
[[nodiscard]] inline bool worth_waiting_for(const backend_id& who, const std::string& conninfo, int stop_fd,
                                            std::chrono::milliseconds patience, std::string& why) {
    // With a load balancer that gives each connection to the next server, a few attempts reach the right one.
    constexpr int attempts = 8;
    try {
        for (int attempt = 0; attempt < attempts; ++attempt) {
            witness server(conninfo, stop_fd, patience);
            if (!server.is_server_of(who)) continue;
            if (server.works(who)) return true;
            why = "the server is not working on anything for us";
            return false;
        }
        why = "it is another server that answers there now";
        return false;
    } catch (const sql_error& problem) {
        why = problem.what();
        return !problem.sqlstate().empty();
    }
}

/// Terminates a process whose connection is dead. If that fails, the server will notice by itself.
inline void end_backend(const backend_id& who, const std::string& conninfo,
                        std::chrono::milliseconds patience) noexcept {
    try {
        witness(conninfo, -1, patience).end(who);
    } catch (const std::exception&) {
        return;
    }
}

}  // namespace pgsync::postgres::detail
