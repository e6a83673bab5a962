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

/// One server process for good: process ids are used again. In the server's text form; no pid, nobody known.
struct backend_id {
    std::string pid;
    std::string start;
    std::string server{};  ///< when its server was started, which tells several behind one name apart
};

/// Tells the session that runs it who serves it.
inline constexpr std::string_view identify_backend_sql =
    "SELECT pid::text, backend_start::text, pg_catalog.pg_postmaster_start_time()::text "
    "FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid())";

[[nodiscard]] inline backend_id backend_in(const result& answer) {
    if (answer.rows() != 1) return {};
    return {std::string(answer.get(0, 0)), std::string(answer.get(0, 1)), std::string(answer.get(0, 2))};
}

/// Where to find the server again that a connection was made to: behind a name, or in a list of hosts, there
/// may be several, and only that one knows of the connection. What libpq does not know is null.
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
    // A primary that was demoted meanwhile is the one that is asked all the same.
    set_parameter(parameters, "target_session_attrs", "any");
    return to_conninfo(parameters);
}

/// A second connection to the same server, asked about a first one that has fallen silent: is its query
/// merely slow, or is the connection dead, so that the server has long answered, or never heard of it, and
/// nothing will ever come? No setting of TCP tells these apart where something between keeps the connection
/// alive.
class witness {
  public:
    /// Throws errc::connection when the server cannot be reached, or not within `patience`.
    witness(const std::string& conninfo, int stop_fd, std::chrono::milliseconds patience)
        : stop_fd_(stop_fd), patience_(patience), connection_(open(conninfo, false, stop_fd)) {}

    /// Is this the server of that process, or another one that a balancer has chosen?
    [[nodiscard]] bool is_server_of(const backend_id& who) {
        if (who.server.empty()) return true;
        const auto answer =
            ask("SELECT pg_catalog.pg_postmaster_start_time() = $1::timestamptz", {who.server.c_str()});
        return PQntuples(answer.native()) == 1 && std::string_view(PQgetvalue(answer.native(), 0, 0)) == "t";
    }

    /// Does that process still work on something, so that waiting for it makes sense?
    [[nodiscard]] bool works(const backend_id& who) {
        // It does not if it waits for its client (Client), or for new log to send (Activity). The server
        // tells of that since version 10.
        const char* const sql = has_client_wait_events(PQserverVersion(connection_.get()))
                                    ? "SELECT coalesce(wait_event_type, '') NOT IN ('Client', 'Activity') "
                                      "FROM pg_catalog.pg_stat_activity "
                                      "WHERE pid = $1::int AND backend_start = $2::timestamptz"
                                    : "SELECT state = 'active' FROM pg_catalog.pg_stat_activity "
                                      "WHERE pid = $1::int AND backend_start = $2::timestamptz";
        const auto answer = ask(sql, {who.pid.c_str(), who.start.c_str()});
        return PQntuples(answer.native()) == 1 && std::string_view(PQgetvalue(answer.native(), 0, 0)) == "t";
    }

    /// Ends that process, which else would keep its snapshot or its slot until the server finds out itself.
    /// Told once, one whose connection takes nothing any more would wait for it to take the news of its end,
    /// until TCP gives up after a quarter of an hour; told again it does not.
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

/// Asks a witness: is it of any use to wait for that process? `why` gets what makes it useless. A server that
/// is there and does not let the witness in leaves the question open, and that is worth waiting, too.
[[nodiscard]] inline bool worth_waiting_for(const backend_id& who, const std::string& conninfo, int stop_fd,
                                            std::chrono::milliseconds patience, std::string& why) {
    // A balancer that gives each connection to the next server comes to the right one soon.
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

/// Ends a process that nobody can talk to any more; where that fails the server finds out itself.
inline void end_backend(const backend_id& who, const std::string& conninfo,
                        std::chrono::milliseconds patience) noexcept {
    try {
        witness(conninfo, -1, patience).end(who);
    } catch (const std::exception&) {
        return;
    }
}

}  // namespace pgsync::postgres::detail
