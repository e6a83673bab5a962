#pragma once

#include <array>
#include <cstddef>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

#include <pgsync/base/error.hpp>
#include <pgsync/postgres/scrub.hpp>

namespace pgsync::postgres {

/// An error reported by PostgreSQL or libpq. The SQLSTATE is empty if it did not come from a server (an
/// unreachable host, a connection that was cut without a message).
class sql_error : public error {
  public:
    sql_error(errc code, std::string sqlstate, const std::string& what, std::string remedy = {},
              std::source_location where = std::source_location::current())
        : error(code, what, std::move(remedy), where), sqlstate_(std::move(sqlstate)) {}

    [[nodiscard]] const std::string& sqlstate() const noexcept { return sqlstate_; }

  private:
    std::string sqlstate_;
};

/// The server is reachable, but no encrypted connection can be made: it has no TLS, or a certificate is not
/// accepted.
class encryption_error : public sql_error, public wrong_settings {
  public:
    using sql_error::sql_error;
};

/// An error as a server reports it; only `message` is always set.
struct complaint {
    std::string sqlstate;
    std::string message;
    std::string detail;
    std::string hint;
    /// In the server's sources: "slot.c". Unlike the message it is never translated.
    std::string source_file;
    std::string statement;
    bool connection_lost = false;
    bool on_replication_session = false;
};

/// Parses libpq's usual text, `ERROR:  no such thing\nLINE 1: …\nDETAIL:  why\nHINT:  try this`, for callers
/// that have no separate fields. Labels in other languages stay in the message.
[[nodiscard]] inline complaint parse_server_message(std::string_view text) {
    constexpr std::array<std::string_view, 4> severities{"ERROR:  ", "FATAL:  ", "PANIC:  ", "WARNING:  "};
    complaint out;
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const auto labelled = [&](std::string_view label) {
            if (!line.starts_with(label)) return false;
            line.remove_prefix(label.size());
            return true;
        };
        const auto append = [&](std::string& to) {
            if (line.find_first_not_of(" ^") == std::string_view::npos) return;
            to.append(to.empty() ? "" : " ").append(line);
        };
        for (const auto severity : severities) labelled(severity);
        if (labelled("DETAIL:  "))
            append(out.detail);
        else if (labelled("HINT:  "))
            append(out.hint);
        else if (!line.starts_with("LINE ") && !line.starts_with("CONTEXT:  ") &&
                 !line.starts_with("QUERY:  "))
            append(out.message);
    }
    return out;
}

namespace detail {

template <std::size_t N>
[[nodiscard]] constexpr bool one_of(std::string_view text,
                                    const std::array<std::string_view, N>& list) noexcept {
    for (const auto entry : list)
        if (entry == text) return true;
    return false;
}

/// Returns true if the error is about a slot or a publication. SQLSTATEs such as "undefined object" and
/// "object in use" are not specific to them.
[[nodiscard]] inline bool about_replication(const complaint& from) noexcept {
    constexpr std::array<std::string_view, 7> states{"42704", "42710", "55000", "55006",
                                                     "53400", "58P01", "22023"};
    constexpr std::array<std::string_view, 7> files{"slot.c",           "slotfuncs.c", "logical.c",
                                                    "logicalfuncs.c",   "walsender.c", "pgoutput.c",
                                                    "publicationcmds.c"};
    constexpr std::array<std::string_view, 5> words{"replication slot", "wal_level", "logical decoding",
                                                    "publication", "WAL segment"};
    if (!one_of(from.sqlstate, states)) return false;
    if (from.on_replication_session || one_of(from.source_file, files)) return true;
    for (const auto word : words)
        if (from.message.find(word) != std::string::npos) return true;
    return false;
}

}  // namespace detail

/// Returns the errc for the error, which says what a caller can do about it.
[[nodiscard]] inline errc classify(const complaint& from) noexcept {
    // 57P01..03: shutting down, crashed, starting up; 57P05, 25P03: idle too long; 53300: no free connection.
    constexpr std::array<std::string_view, 6> away{"57P01", "57P02", "57P03", "57P05", "25P03", "53300"};
    // 40001, 40P01: another transaction was preferred; 55P03, 57014: a lock or time limit, or cancelled by an
    // operator; 53000..53200: out of memory or disk space.
    constexpr std::array<std::string_view, 7> busy{"40001", "40P01", "55P03", "57014",
                                                   "53000", "53100", "53200"};
    constexpr std::array<std::string_view, 9> missing{"42P01", "42703", "42883", "42704", "42702",
                                                      "42804", "42809", "42846", "3F000"};
    const std::string_view state = from.sqlstate;
    // With max_wal_senders = 0 no connection will ever be free.
    if (state == "53300" && from.message.find("(currently 0)") != std::string::npos) return errc::replication;
    if (state.starts_with("08") || detail::one_of(state, away)) return errc::connection;
    if (state == "42501" || state.starts_with("28")) return errc::permission;
    if (state == "3D000") return errc::configuration;
    if (detail::about_replication(from)) return errc::replication;
    if (detail::one_of(state, missing)) return errc::catalog;
    // A prepared statement older than an ALTER TABLE; a new session prepares it again.
    const bool stale_plan = state == "0A000" && from.source_file == "plancache.c";
    if (stale_plan || detail::one_of(state, busy)) return errc::busy;
    return from.connection_lost ? errc::connection : errc::database;
}

/// Returns true for errors caused by a bug of PostgreSQL: if a transaction creates or rewrites a table while
/// a slot is being created, and another transaction begins at that moment, the slot's catalog snapshot lacks
/// the table, and later changes to it can never be decoded. The message is not translated; it says
/// "filenumber" from version 16 on.
[[nodiscard]] inline bool lacks_tables(const sql_error& problem) {
    const std::string_view what = problem.what();
    return problem.sqlstate() == "XX000" && what.find("could not map file") != std::string_view::npos &&
           what.find("to relation OID") != std::string_view::npos;
}

/// Returns what to do about the error. pgsync's own remedy takes precedence if it is better than the server's
/// hint.
[[nodiscard]] inline std::string remedy_for(const complaint& from) {
    const std::string_view state = from.sqlstate;
    const auto says = [&](std::string_view word) { return from.message.find(word) != std::string::npos; };
    if (state == "28P01") return "check PGUSER and PGPASSWORD or ~/.pgpass";
    if (state.starts_with("28")) return "check PGUSER, and the server's pg_hba.conf";
    if (state == "3D000") return "create the database, or name another with --database or PGDATABASE";
    if (state == "53300" && says("max_wal_senders"))
        return "end a process that reads a slot, or raise max_wal_senders and restart the server";
    if (state == "53300") return "close other connections, or raise max_connections and max_wal_senders";
    if (state == "53400" && detail::about_replication(from))
        return "drop a slot that is not needed (SELECT pg_drop_replication_slot('…')), or raise "
               "max_replication_slots";
    if (state == "55006" && detail::about_replication(from))
        return "another process reads this slot: stop it, or wait for it to end";
    if (state == "55000" && (says("wal_level") || says("logical decoding requires")))
        return "set wal_level = logical in postgresql.conf (or your provider's parameters) and restart the "
               "server";
    if (state == "42501" && from.on_replication_session && from.hint.empty())
        return "as a superuser: ALTER ROLE … REPLICATION";
    if (!from.hint.empty()) return scrub(from.hint);
    if (state == "42501") return "grant the right, or connect as the owner";
    if (state == "57P03") return "the server is starting up or shutting down: try again in a moment";
    return {};
}

namespace detail {

/// Makes `text` fit for one log line: every line break, with the blanks around it, becomes one blank.
[[nodiscard]] inline std::string one_line(std::string_view text) {
    std::string out;
    bool broken = false;
    for (const char c : text) {
        if (c == '\n' || c == '\r' || (broken && is_space(c))) {
            broken = true;
            continue;
        }
        if (broken && !out.empty() && !is_space(out.back())) out += ' ';
        broken = false;
        out += c;
    }
    return out;
}

}  // namespace detail

/// Returns the exception for the error. Passwords are removed from every part; a long statement is cut.
[[nodiscard]] inline sql_error make_sql_error(const complaint& from,
                                              std::source_location where = std::source_location::current()) {
    constexpr std::size_t most = 160;
    std::string what = "PostgreSQL: " + detail::one_line(scrub(from.message));
    if (!from.detail.empty()) what += " (" + detail::one_line(scrub(from.detail)) + ")";
    if (!from.sqlstate.empty()) what += " [" + from.sqlstate + "]";
    if (!from.statement.empty()) {
        auto statement = detail::one_line(scrub(from.statement));
        if (statement.size() > most) {
            auto end = most;
            // Do not cut inside a UTF-8 character.
            while (end > 0 && (static_cast<unsigned char>(statement[end]) & 0xC0U) == 0x80U) --end;
            statement.resize(end);
            statement += "…";
        }
        what += " in: " + statement;
    }
    return {classify(from), from.sqlstate, what, remedy_for(from), where};
}

/// Returns true if another process is reading the slot: a standby program waits for that to end.
[[nodiscard]] inline bool slot_in_use(const sql_error& problem) noexcept {
    return problem.code() == errc::replication && problem.sqlstate() == "55006";
}

}  // namespace pgsync::postgres
