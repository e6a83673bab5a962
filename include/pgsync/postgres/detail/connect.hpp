#pragma once

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

#include <pgsync/base/error.hpp>
#include <pgsync/postgres/conninfo.hpp>
#include <pgsync/postgres/detail/connect_message.hpp>
#include <pgsync/postgres/detail/verify_server.hpp>
#include <pgsync/postgres/detail/wait.hpp>
#include <pgsync/postgres/settings.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/postgres/version.hpp>

namespace pgsync::postgres::detail {

struct finish {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
using connection_ptr = std::unique_ptr<PGconn, finish>;

[[noreturn]] inline void throw_interrupted(const std::string& doing) {
    throw error(errc::interrupted, "stopped while " + doing);
}

/// Returns `host:port/database` of a connection that is open or was attempted.
[[nodiscard]] inline std::string server_of(const PGconn* connection) {
    const auto text = [](const char* value) { return value == nullptr ? std::string_view() : value; };
    auto host = text(PQhost(connection));
    if (host.empty()) host = text(PQhostaddr(connection));
    std::string out(host.empty() ? "(default host)" : host);
    if (const auto port = text(PQport(connection)); !port.empty()) out.append(":").append(port);
    return out.append("/").append(text(PQdb(connection)));
}

/// Returns the encoding of the database: `UTF8`.
[[nodiscard]] inline std::string_view server_encoding(const PGconn* connection) {
    const char* said = PQparameterStatus(connection, "server_encoding");
    return said == nullptr ? "UTF8" : said;
}

/// Returns the connection's password. Only for hiding it in messages.
[[nodiscard]] inline std::string_view password_of(const PGconn* connection) {
    const char* password = PQpass(connection);
    return password == nullptr ? "" : password;
}

/// Throws the error for a connection attempt that failed, with its code and remedy.
[[noreturn]] inline void throw_connect_error(PGconn* connection, bool misread, bool replication) {
    if (misread)
        throw error(
            errc::configuration,
            "cannot connect with the URL given: an '@' or '/' stands where libpq reads it as the end of user "
            "and password",
            encode_remedy);
    complaint from;
    from.message = without_line_end(without_password(PQerrorMessage(connection), password_of(connection)));
    from.sqlstate = take_sqlstate(from.message);
    from.connection_lost = true;
    from.on_replication_session = replication;
    auto code = classify(from);
    auto remedy = remedy_for(from);
    bool encryption_fails = false;
    const auto why = tidy_connect_message(from.message);
    const auto says = [&](std::string_view word) { return why.find(word) != std::string::npos; };
    if (from.sqlstate.starts_with("28") && says("certificate")) remedy = encryption_remedy(why);
    if (from.sqlstate.empty()) {
        if (PQconnectionNeedsPassword(connection) != 0) {
            code = errc::permission;
            remedy = "set PGPASSWORD or add a line to ~/.pgpass";
        } else if (why.starts_with("invalid ")) {
            code = errc::configuration;
            remedy = "correct it in the connection string or in libpq's PG… variables";
        } else if (says("could not translate host name")) {
            remedy = "check the host's name: PGHOST or the URL";
        } else if (const auto encryption = encryption_remedy(why); !encryption.empty()) {
            remedy = encryption;
            // These messages also occur if a server, or something in front of it, drops the connection during
            // the handshake: that passes, unlike wrong settings.
            encryption_fails = !says("SSL SYSCALL error") && !says("unexpected eof") &&
                               !says("SSL connection has been closed unexpectedly");
        } else {
            remedy =
                "check PGHOST and PGPORT or the URL, and that the server runs and accepts connections from "
                "here";
        }
    }
    const auto what = "cannot connect to " + server_of(connection) + ": " + scrub(why);
    if (encryption_fails) throw encryption_error(code, from.sqlstate, what, remedy);
    throw sql_error(code, from.sqlstate, what, remedy);
}

[[nodiscard]] inline std::optional<std::chrono::steady_clock::time_point> connect_deadline(
    PGconn* connection) {
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfo(connection),
                                                                               &PQconninfoFree);
    long seconds = 0;
    long hosts = 1;
    for (const auto* each = options.get(); each != nullptr && each->keyword != nullptr; ++each) {
        const std::string_view keyword = each->keyword;
        if (each->val == nullptr) continue;
        if (keyword == "connect_timeout") seconds = std::strtol(each->val, nullptr, 10);
        if (keyword == "host" || keyword == "hostaddr") {
            const std::string_view list = each->val;
            hosts = std::max(hosts, 1 + static_cast<long>(std::count(list.begin(), list.end(), ',')));
        }
    }
    if (seconds <= 0) return std::nullopt;
    return std::chrono::steady_clock::now() + std::chrono::seconds(std::min(seconds, 86'400L) * hosts);
}

/// Opens a connection. Waits in poll(), so that `stop_fd` can end the wait, except while libpq resolves a
/// host name, which blocks.
[[nodiscard]] inline connection_ptr open(const connection_parameters& parameters, bool misread, int stop_fd) {
    std::vector<const char*> keywords;
    std::vector<const char*> values;
    for (const auto& [keyword, value] : parameters) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    connection_ptr out(PQconnectStartParams(keywords.data(), values.data(), 0));
    if (!out) throw std::bad_alloc();
    PQsetErrorVerbosity(out.get(), PQERRORS_VERBOSE);
    PQsetNoticeProcessor(
        out.get(), [](void*, const char*) {}, nullptr);
    const auto deadline = connect_deadline(out.get());
    auto status = PQstatus(out.get()) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
    while (status != PGRES_POLLING_OK) {
        if (status == PGRES_POLLING_FAILED)
            throw_connect_error(out.get(), misread, find_parameter(parameters, "replication") != nullptr);
        const short events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        switch (wait(PQsocket(out.get()), events, stop_fd, deadline)) {
            case wake::stopped:
                throw_interrupted("connecting to PostgreSQL");
            case wake::timed_out:
                throw sql_error(errc::connection, {},
                                "cannot connect to " + (misread ? "the server" : server_of(out.get())) +
                                    ": no answer in time",
                                "check PGHOST and PGPORT or the URL, firewalls, and connect_timeout");
            case wake::ready:
                break;
        }
        status = PQconnectPoll(out.get());
    }
    PQsetErrorVerbosity(out.get(), PQERRORS_DEFAULT);
    PQsetnonblocking(out.get(), 1);
    if (const int version = PQserverVersion(out.get()); version < oldest_version)
        throw error(errc::configuration,
                    server_of(out.get()) + " is PostgreSQL " + std::to_string(version / 10000) + "." +
                        std::to_string(version / 100 % 100) + ", pgsync needs 9.6 or later",
                    "upgrade the server");
    return out;
}

/// Opens a session or a replication session, with the settings that do not need SQL.
[[nodiscard]] inline connection_ptr open(const std::string& conninfo, bool replication, int stop_fd) {
    auto parameters = verified(with_defaults(parse_conninfo(conninfo)));
    const bool misread = misread_uri(conninfo);
    if (replication) set_parameter(parameters, "replication", "database");
    auto out = open(parameters, misread, stop_fd);
    if (!replication || has_sql_on_replication(PQserverVersion(out.get()))) return out;

    // A 9.6 walsender accepts settings only at start. Other servers are not tried with options, because
    // poolers reject them.
    out.reset();
    const auto* own = find_parameter(parameters, "options");
    const char* inherited = std::getenv("PGOPTIONS");
    set_parameter(parameters, "options",
                  settings_options(own != nullptr         ? *own
                                   : inherited != nullptr ? inherited
                                                          : ""));
    out = open(parameters, misread, stop_fd);
    const auto reports = [&](const char* name, std::string_view value) {
        const char* actual = PQparameterStatus(out.get(), name);
        return actual != nullptr && std::string_view(actual).starts_with(value);
    };
    // PGDATESTYLE and PGTZ override the options.
    if (!reports("DateStyle", "ISO") || !reports("TimeZone", "UTC"))
        throw error(errc::configuration,
                    "PGDATESTYLE or PGTZ overrides the settings of the replication session", "unset both");
    return out;
}

}  // namespace pgsync::postgres::detail
