#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <pgsync/catalog/catalog_row.hpp>
#include <pgsync/catalog/slot_facts.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/postgres/version.hpp>

namespace pgsync::postgres {

/// How far the reader of a slot is behind, as far as the server shows it without any writes.
struct slot_lag {
    lsn current;             ///< end of the WAL that is safely on disk
    bool streaming = false;  ///< the walsender has sent all WAL there was
    lsn sent;     ///< sent by the walsender; 0/0 if nothing reads the slot, or this role may not see it
    lsn flushed;  ///< what its reader has confirmed
    /// Seconds since the position now being confirmed was sent.
    std::optional<double> confirm_seconds{};
    /// Seconds since the WAL file that contains the confirmed position was completed.
    std::optional<double> file_seconds{};
};

/// Returns the bytes of WAL between two positions; 0 if `to` is not after `from`.
[[nodiscard]] constexpr std::uint64_t bytes_between(lsn from, lsn to) noexcept {
    return to > from ? to.value - from.value : 0;
}

/// Returns for how many seconds, at least, unconfirmed changes have been in WAL; nullopt if unknown. Neither
/// of the two ages can be too large: the first begins when a change is sent, the second when the last byte of
/// a whole file was written.
[[nodiscard]] inline std::optional<double> seconds_behind(const slot_lag& lag, lsn confirmed) {
    if (confirmed >= lag.current) return 0.0;
    if (lag.streaming && lag.sent.value != 0 && lag.flushed >= lag.sent) return 0.0;
    if (!lag.confirm_seconds && !lag.file_seconds) return std::nullopt;
    return std::max({0.0, lag.confirm_seconds.value_or(0), lag.file_seconds.value_or(0)});
}

namespace detail {

/// Returns the age in seconds; nullopt if the file is still being written, was removed, or is not visible to
/// this role.
[[nodiscard]] inline std::optional<double> age_of_log_file(session& connection, lsn confirmed) {
    const auto version = connection.server_version();
    const auto names = function_names(version);
    const auto file = [&](const std::string& position) {
        return std::string(names.log_file) + "(" + position + ")";
    };
    const auto mine = file("'" + to_string(confirmed) + "'");
    const std::string seen =
        has_replication_lag(version)
            ? "(SELECT w.modification FROM pg_catalog.pg_ls_waldir() w WHERE w.name = " + mine + ")"
            : "(SELECT f.modification FROM pg_catalog.pg_stat_file('pg_xlog/' || " + mine + ", true) f)";
    try {
        const auto found =
            connection.exec("SELECT extract(epoch FROM pg_catalog.clock_timestamp() - " + seen +
                            ")::text WHERE " + mine + " <> " + file(std::string(names.flush_lsn)));
        if (found.rows() == 0 || found.is_null(0, 0)) return std::nullopt;
        return catalog_row(found.row(0)).number<double>();
    } catch (const sql_error& problem) {
        if (problem.sqlstate() != "42501") throw;
        return std::nullopt;
    }
}

}  // namespace detail

/// Reads the lag of a slot on a primary.
[[nodiscard]] inline slot_lag read_lag(session& connection, const slot_facts& slot) {
    const auto version = connection.server_version();
    const bool named = has_replication_lag(version);
    const auto found = connection.exec(
        "SELECT " + std::string(function_names(version).flush_lsn) + ", r.state = 'streaming', " +
        (named ? "r.sent_lsn, r.flush_lsn, extract(epoch FROM r.flush_lag)::text"
               : "r.sent_location, r.flush_location, NULL::text") +
        " FROM (SELECT 1) one LEFT JOIN pg_catalog.pg_stat_replication r ON r.pid = " +
        std::to_string(slot.active_pid));
    catalog_row row(found.row(0));
    slot_lag out;
    out.current = row.position();
    out.streaming = row.flag();
    out.sent = row.position();
    out.flushed = row.position();
    if (!row.null()) out.confirm_seconds = row.number<double>();
    if (slot.confirmed.value != 0) out.file_seconds = detail::age_of_log_file(connection, slot.confirmed);
    return out;
}

}  // namespace pgsync::postgres
