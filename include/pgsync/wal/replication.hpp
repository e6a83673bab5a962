#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <libpq-fe.h>

#include <pgsync/base/error.hpp>
#include <pgsync/postgres/channel.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/system_identity.hpp>
#include <pgsync/postgres/version.hpp>
#include <pgsync/wal/copy_both.hpp>

namespace pgsync::postgres {

/// An option of an output plugin: its name, unquoted, and its value.
using plugin_option = std::pair<std::string, std::string>;

/// A logical replication stream over libpq's COPY BOTH. It uses the same settings as a session, so that
/// values in WAL read like values in a query. One reader, one thread.
class replication_stream {
  public:
    /// `conninfo` as for session. Throws errc::permission if the role has no REPLICATION.
    explicit replication_stream(const std::string& conninfo = {}, int stop_fd = -1)
        : channel_(conninfo, true, stop_fd) {
        if (!has_sql_on_replication(server_version())) return;
        for (const auto& sql : detail::settings_sql(server_version(), encoding() != "UTF8")) run(sql);
        channel_.served_by(run(std::string(detail::identify_backend_sql)).back());
    }

    [[nodiscard]] int server_version() const { return PQserverVersion(channel_.native()); }
    [[nodiscard]] std::string server() const { return detail::server_of(channel_.native()); }
    /// Returns the database's encoding, in which texts arrive: callers that need UTF-8 convert them. If the
    /// server converted them, it would convert every text of every row, and one text that has no UTF-8 form
    /// would end the stream there on every attempt, whatever the row holds by now.
    [[nodiscard]] std::string encoding() const {
        return std::string(detail::server_encoding(channel_.native()));
    }

    /// Runs IDENTIFY_SYSTEM. Only before start().
    [[nodiscard]] system_identity identify() {
        const auto all = run("IDENTIFY_SYSTEM");
        const auto row = all.back().row(0);
        const auto position = lsn::parse(row.get(2));
        if (!position) throw error(errc::protocol, "IDENTIFY_SYSTEM returned no position");
        return {std::string(row.get(0)), static_cast<std::uint32_t>(std::stoul(std::string(row.get(1)))),
                *position};
    }

    /// Starts pgoutput, protocol version 1. `from` 0/0 means the slot's confirmed position; the server moves
    /// an earlier one up to it. If another process reads the slot, throws sql_error 55006, see slot_in_use().
    void start(std::string_view slot, lsn from, std::span<const std::string> publications) {
        std::string names;
        for (const auto& name : publications) names += (names.empty() ? "" : ",") + quote_identifier(name);
        const std::array<plugin_option, 2> options{{{"proto_version", "1"}, {"publication_names", names}}};
        start(slot, from, options);
    }

    /// Starts the output plugin that a server of this version is read with; see version.hpp.
    void follow(std::string_view slot, const std::string& publication) {
        if (has_publications(server_version())) {
            start(slot, {}, std::span<const std::string>(&publication, 1));
        } else {
            const std::array<plugin_option, 3> options{
                {{"include-xids", "on"}, {"include-timestamp", "on"}, {"skip-empty-xacts", "off"}}};
            start(slot, {}, options);
        }
    }

    /// Starts the output plugin of the slot, whichever it is.
    void start(std::string_view slot, lsn from, std::span<const plugin_option> options) {
        auto command = "START_REPLICATION SLOT " + quote_identifier(slot) + " LOGICAL " + to_string(from);
        std::string list;
        for (const auto& [name, value] : options) {
            detail::refuse_zero_byte(value, "an option");
            list += (list.empty() ? "" : ", ") + quote_identifier(name) + ' ';
            // The replication grammar has no E'…'; a backslash is an ordinary character there.
            detail::append_doubled(list, value, '\'', "'");
        }
        if (!list.empty()) command += " (" + list + ")";
        channel_.guarded([&] {
            channel_.sent(PQsendQuery(channel_.native(), command.c_str()), command);
            auto answer = channel_.next_result();
            if (!answer) channel_.throw_lost(command);
            if (PQresultStatus(answer->native()) != PGRES_COPY_BOTH) {
                channel_.check(*answer, command);
                throw error(errc::protocol, "START_REPLICATION started nothing");
            }
            streaming_ = true;
        });
    }

    /// Returns the next frame, or nullopt if `timeout` passes or `wake_fd` becomes readable first. The
    /// frame's views are valid until the next call. Frames that have already arrived are returned before
    /// anything is waited for, so an outer poll() on fd() must come after a receive() with no timeout has
    /// returned nullopt.
    ///
    /// Throws errc::connection if the stream ends, for example because the server shuts down, or if it stays
    /// silent. A server that has nothing to send is asked for a keepalive; if it does not answer, it must be
    /// busy with this stream, which is checked over another connection.
    [[nodiscard]] std::optional<frame> receive(std::chrono::milliseconds timeout, int wake_fd = -1) {
        const auto deadline = std::chrono::steady_clock::now() + timeout;
        while (true) {
            if (auto ready = try_receive()) return ready;
            // This sends what send_status() could not.
            const int unsent = PQflush(channel_.native());
            const short events = unsent > 0 ? POLLIN | POLLOUT : POLLIN;
            const auto begin = std::chrono::steady_clock::now();
            const auto slice =
                std::min({channel_.slice().value_or(deadline), deadline, begin + channel_.patience()});
            const auto woken = detail::wait(PQsocket(channel_.native()), events, wake_fd, slice);
            if (woken == detail::wake::ready) {
                silent_ = {};
            } else {
                // Count only the time spent listening.
                silent_ += std::chrono::steady_clock::now() - begin;
                watch();
            }
            if (woken == detail::wake::stopped) return std::nullopt;
            if (woken == detail::wake::timed_out && slice == deadline) return std::nullopt;
            // Data that arrived together with the end of the connection is read first; the next call notices
            // the end again.
            if (PQconsumeInput(channel_.native()) == 0) {
                if (auto ready = try_receive()) return ready;
                channel_.throw_lost("streaming");
            }
        }
    }

    /// Tells the server that everything up to `flushed` is done, so that it can drop WAL up to there. Fills
    /// in the clock of `status`. Does not wait for the network.
    void send_status(standby_status status) {
        status_ = status;
        constexpr std::chrono::seconds from_unix_to_postgres{946'684'800};
        const auto now = std::chrono::system_clock::now().time_since_epoch() - from_unix_to_postgres;
        status.clock_us = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
        const auto bytes = build_status(status);
        if (PQputCopyData(channel_.native(), bytes.data(), static_cast<int>(bytes.size())) != 1 ||
            PQflush(channel_.native()) < 0)
            throw_ended();
    }
    void send_status(lsn flushed, bool reply_requested = false) {
        send_status({flushed, flushed, flushed, 0, reply_requested});
    }

    /// Returns the socket, to be polled for reading; see receive().
    [[nodiscard]] int fd() const { return PQsocket(channel_.native()); }

    /// Ends the stream cleanly, so that the slot is free when this returns, or gives up after `patience`.
    /// Never throws: confirmations have been sent before.
    void close(std::chrono::milliseconds patience = std::chrono::seconds(2)) noexcept {
        if (streaming_ && channel_.usable()) end_copy(std::chrono::steady_clock::now() + patience);
        streaming_ = false;
        payload_.reset();
        channel_.close();
    }

  private:
    struct free_memory {
        void operator()(char* owned) const noexcept { PQfreemem(owned); }
    };

    std::vector<result> run(const std::string& command) {
        return channel_.guarded([&] {
            channel_.sent(PQsendQuery(channel_.native(), command.c_str()), command);
            return channel_.collect(command);
        });
    }

    /// Requests a reply after some silence, and checks on the server after patience().
    void watch() {
        if (silent_ < channel_.patience() / 3) {
            asked_ = false;
        } else if (silent_ >= channel_.patience()) {
            channel_.look_for_server();
            silent_ = {};
        } else if (!std::exchange(asked_, true)) {
            status_.reply_requested = true;
            send_status(status_);
        }
    }

    std::optional<frame> try_receive() {
        char* raw = nullptr;
        const int size = PQgetCopyData(channel_.native(), &raw, 1);
        if (size < 0) throw_ended();
        if (size == 0) return std::nullopt;
        payload_.reset(raw);
        silent_ = {};
        return parse_frame({raw, static_cast<std::size_t>(size)});
    }

    /// Throws the reason why the stream is over, with the server's message if there is one.
    [[noreturn]] void throw_ended() {
        streaming_ = false;
        channel_.heard();
        while (auto last = channel_.next_result()) {
            const auto status = PQresultStatus(last->native());
            // The server ended the stream cleanly; only the end of the connection follows.
            if (status == PGRES_COMMAND_OK || status == PGRES_COPY_BOTH || status == PGRES_COPY_IN) break;
            channel_.check(*last, "streaming");
        }
        if (!channel_.usable()) channel_.throw_lost("streaming");
        throw sql_error(errc::connection, {}, server() + " ended the replication stream",
                        "the server is shutting down, or the slot was taken from it");
    }

    void end_copy(std::chrono::steady_clock::time_point deadline) noexcept {
        auto* connection = channel_.native();
        if (PQputCopyEnd(connection, nullptr) != 1) return;
        while (channel_.usable() && std::chrono::steady_clock::now() < deadline) {
            const int unsent = PQflush(connection);
            char* raw = nullptr;
            const int size = PQgetCopyData(connection, &raw, 1);
            if (size > 0) {
                PQfreemem(raw);
                continue;
            }
            if (size < 0 && PQisBusy(connection) == 0) {
                const result more(PQgetResult(connection));
                if (more.native() == nullptr) return;
                continue;
            }
            const short events = unsent > 0 ? POLLIN | POLLOUT : POLLIN;
            if (detail::wait(PQsocket(connection), events, -1, deadline) != detail::wake::ready ||
                PQconsumeInput(connection) == 0)
                return;
        }
    }

    bool streaming_ = false;
    standby_status status_{};  ///< the last one sent
    std::chrono::steady_clock::duration silent_{};
    bool asked_ = false;  ///< whether a reply was requested since it has been silent
    std::unique_ptr<char, free_memory> payload_;
    detail::channel channel_;
};

}  // namespace pgsync::postgres
