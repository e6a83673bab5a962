#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <libpq-fe.h>

#include <pgsync/base/error.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/quiet_thread.hpp>
#include <pgsync/postgres/conninfo.hpp>
#include <pgsync/postgres/detail/connect.hpp>
#include <pgsync/postgres/detail/witness.hpp>
#include <pgsync/postgres/result.hpp>
#include <pgsync/postgres/sql_error.hpp>

namespace pgsync::postgres::detail {

/// A libpq connection that waits only in poll(), can be stopped while it waits, and turns every problem into
/// an exception. session and replication_stream are built on it.
///
/// No wait is unlimited: if a server has been silent for patience(), it is asked over a second connection
/// whether it is still working for this one.
class channel {
  public:
    using clock = std::chrono::steady_clock;

    channel(const std::string& conninfo, bool replication, int stop)
        : stop_fd(stop),
          on_replication_(replication),
          connection_(open(conninfo, replication, stop)),
          conninfo_(same_server(conninfo, PQhost(connection_.get()), PQhostaddr(connection_.get()),
                                PQport(connection_.get()))),
          patience_(patience_of(parse_conninfo(conninfo))) {}

    int stop_fd;

    [[nodiscard]] PGconn* native() const {
        if (!connection_) throw error(errc::connection, "the session with PostgreSQL is closed");
        return connection_.get();
    }
    [[nodiscard]] bool usable() const noexcept {
        return connection_ && PQstatus(connection_.get()) == CONNECTION_OK;
    }
    void close() noexcept { connection_.reset(); }

    /// See patience_of().
    [[nodiscard]] std::chrono::milliseconds patience() const noexcept { return patience_; }

    /// Stores which process serves this connection, from the answer to identify_backend_sql.
    void served_by(const result& answer) { backend_ = backend_in(answer); }

    /// Waits until there is something to read or write. Spurious returns are possible.
    void wait(short events) {
        const auto limit = heard_ + patience_;
        switch (detail::wait(PQsocket(native()), events, stop_fd, std::min(slice().value_or(limit), limit))) {
            case wake::stopped:
                throw_interrupted("waiting for PostgreSQL");
            case wake::ready:
                heard();
                break;
            case wake::timed_out:
                if (clock::now() < limit) break;
                look_for_server();
                heard();
                break;
        }
    }

    /// Restarts the measurement of silence.
    void heard() noexcept { heard_ = clock::now(); }

    /// Call when the server has been silent for patience(). Returns if it is still working on the request;
    /// otherwise closes the connection and throws errc::connection, because no answer can arrive any more.
    void look_for_server() {
        const auto name = server_of(native());
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience_).count();
        std::string why;
        try {
            if (worth_waiting_for(backend_, conninfo_, stop_fd, patience_, why)) {
                log::info("{}: no answer for {} s, but the server is working on it", name, seconds);
                return;
            }
        } catch (...) {
            close();  // otherwise a caller would wait for it to become ready again
            throw;
        }
        // It may have answered just now.
        const auto soon = clock::now() + std::chrono::seconds(1);
        if (detail::wait(PQsocket(native()), POLLIN, -1, soon) == wake::ready) return;
        close();
        end_backend(backend_, conninfo_, patience_);
        throw sql_error(errc::connection, {},
                        name + ": nothing came from the server for " + std::to_string(seconds) +
                            " s: the connection is dead (" + why + ")");
    }

    /// Returns until when poll() may be relied on. On an encrypted connection, part of the last record can
    /// remain in the TLS library, where poll() does not see it and only the next PQconsumeInput() finds it.
    [[nodiscard]] std::optional<clock::time_point> slice() const {
        if (PQsslInUse(native()) == 0 && PQgssEncInUse(native()) == 0) return std::nullopt;
        return clock::now() + std::chrono::milliseconds(100);
    }

    void flush() {
        while (PQflush(native()) > 0) {
            // The server may be waiting for us to read before it continues reading.
            wait(POLLIN | POLLOUT);
            if (PQconsumeInput(native()) == 0) return;  // the next read reports it
        }
    }

    /// Waits for the next result of the request; nullopt if there are no more.
    [[nodiscard]] std::optional<result> next_result() {
        flush();
        while (PQisBusy(native()) != 0) {
            wait(POLLIN);
            // If the connection is lost, the result that follows reports it, together with the server's last
            // message.
            if (PQconsumeInput(native()) == 0) break;
        }
        auto* raw = PQgetResult(native());
        if (raw == nullptr) return std::nullopt;
        return result(raw);
    }

    /// Throws if the result is an error or an unexpected COPY. After an error it first reads the remaining
    /// results, so that the session is ready again.
    void check(const result& from, std::string_view statement) {
        switch (PQresultStatus(from.native())) {
            case PGRES_COMMAND_OK:
            case PGRES_TUPLES_OK:
            case PGRES_SINGLE_TUPLE:
            case PGRES_EMPTY_QUERY:
                return;
            case PGRES_COPY_IN:
            case PGRES_COPY_OUT:
            case PGRES_COPY_BOTH:
                throw error(errc::configuration, "a COPY cannot be run here: " + scrub(statement));
            default:
                break;
        }
        const auto problem = complaint_of(from, statement);
        while (next_result()) {
        }
        throw make_sql_error(problem);
    }

    /// Returns all results of one request.
    std::vector<result> collect(std::string_view statement) {
        std::vector<result> all;
        while (auto each = next_result()) {
            check(*each, statement);
            all.push_back(std::move(*each));
        }
        if (all.empty()) throw_lost(statement);
        return all;
    }

    void sent(int accepted, std::string_view statement) {
        heard();
        if (accepted == 0) throw_lost(statement);
    }

    /// Throws the problem that libpq itself reports, most often a lost connection.
    [[noreturn]] void throw_lost(std::string_view statement) {
        complaint from;
        from.message = without_line_end(without_password(PQerrorMessage(native()), password_of(native())));
        if (from.message.empty()) from.message = "no answer";
        from.statement = statement;
        from.on_replication_session = on_replication_;
        name_lost_server(from);
        throw make_sql_error(from);
    }

    bool cancel() noexcept {
        if (!usable()) return false;
        const std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> handle(PQgetCancel(connection_.get()),
                                                                        &PQfreeCancel);
        std::array<char, 256> why{};
        return handle && PQcancel(handle.get(), why.data(), static_cast<int>(why.size())) != 0;
    }

    /// Runs `body`. If it throws half-way through an answer, makes the session ready for the next statement,
    /// or closes it if that fails.
    template <typename Body>
    auto guarded(Body&& body) {
        try {
            return body();
        } catch (...) {
            abandon();
            throw;
        }
    }

  private:
    void name_lost_server(complaint& from, bool fatal = false) {
        from.connection_lost = fatal || !usable();
        if (from.connection_lost) from.message = server_of(native()) + ": " + from.message;
    }

    complaint complaint_of(const result& from, std::string_view statement) {
        const auto text = [&](int what) {
            const char* value = PQresultErrorField(from.native(), what);
            return without_password(value == nullptr ? "" : value, password_of(native()));
        };
        complaint out;
        out.sqlstate = text(PG_DIAG_SQLSTATE);
        out.message = text(PG_DIAG_MESSAGE_PRIMARY);
        out.detail = text(PG_DIAG_MESSAGE_DETAIL);
        out.hint = text(PG_DIAG_MESSAGE_HINT);
        out.source_file = text(PG_DIAG_SOURCE_FILE);
        out.statement = statement;
        out.on_replication_session = on_replication_;
        if (out.message.empty()) out.message = without_line_end(PQresultErrorMessage(from.native()));
        // FATAL ends the session, even if libpq has not seen the end of the connection yet.
        const auto severity = text(PG_DIAG_SEVERITY_NONLOCALIZED);
        name_lost_server(out, severity == "FATAL" || severity == "PANIC");
        return out;
    }

    /// Like cancel(), but does not wait until TCP gives up on an unreachable server. Returns false if it
    /// failed.
    bool cancel_soon() noexcept {
        try {
            const auto handle = std::shared_ptr<PGcancel>(PQgetCancel(connection_.get()), [](PGcancel* each) {
                if (each != nullptr) PQfreeCancel(each);
            });
            if (!handle) return false;
            const auto done = std::make_shared<std::promise<bool>>();
            auto cancelled = done->get_future();
            quiet_thread([handle, done] {
                std::array<char, 256> why{};
                done->set_value(PQcancel(handle.get(), why.data(), static_cast<int>(why.size())) != 0);
            }).detach();
            return cancelled.wait_for(std::chrono::seconds(2)) == std::future_status::ready &&
                   cancelled.get();
        } catch (const std::exception&) {
            return false;
        }
    }

    /// Stops the running statement and discards its results, for a few seconds at most.
    void abandon() noexcept {
        if (!usable() || PQtransactionStatus(connection_.get()) != PQTRANS_ACTIVE) return;
        if (!cancel_soon()) return close();
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (usable() && std::chrono::steady_clock::now() < deadline) {
            char* raw = nullptr;
            const int size = PQgetCopyData(connection_.get(), &raw, 1);
            if (size > 0) {
                PQfreemem(raw);
                continue;
            }
            if (size < 0 && PQisBusy(connection_.get()) == 0) {
                const result more(PQgetResult(connection_.get()));
                if (more.native() == nullptr) return;
                if (PQresultStatus(more.native()) == PGRES_COPY_IN)
                    PQputCopyEnd(connection_.get(), "not wanted");
                continue;
            }
            if (PQflush(connection_.get()) < 0 ||
                detail::wait(PQsocket(connection_.get()), POLLIN, -1, deadline) != wake::ready ||
                PQconsumeInput(connection_.get()) == 0)
                break;
        }
        close();
    }

    bool on_replication_;
    connection_ptr connection_;
    std::string conninfo_;  ///< for another connection to the same server
    std::chrono::milliseconds patience_;
    backend_id backend_;
    clock::time_point heard_ = clock::now();  ///< see heard()
};

}  // namespace pgsync::postgres::detail
