#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>

#include <pgsync/error.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/snapshot_set.hpp>
#include <pgsync/postgres/version.hpp>

namespace pgsync::postgres {

/// What a transaction that reads documents knows of its own snapshot.
struct read_snapshot {
    snapshot_set visible;
    /// Of every document read in it: greater than that of any snapshot taken before, in this process or in
    /// one that ran before it.
    std::uint64_t version = 0;
    /// Every commit it sees is on disk once the log is flushed this far.
    lsn durable;
};

/// Takes the snapshots of all connections of a process one after the other, so that the order of versions is
/// the order of snapshots.
///
/// A version is the position up to which the log is *flushed*, read inside the transaction, times 256, made
/// greater than the last one where it is not. The insert position would not do: after a crash of the server
/// it can be behind what it was. The low byte keeps a row of snapshots on an idle database from running ahead
/// of the log, where a restarted process would start below them.
class version_clock {
  public:
    /// BEGIN … REPEATABLE READ READ ONLY on `connection`, and its snapshot. The caller ends the transaction.
    [[nodiscard]] read_snapshot begin(session& connection) {
        const auto names = function_names(connection.server_version());
        const std::string sql =
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT " + std::string(names.current_snapshot) +
            "::text, " + std::string(names.flush_lsn) + "::text, " + std::string(names.insert_lsn) + "::text";
        const std::lock_guard lock(mutex_);
        const auto row = connection.exec(sql);
        const auto visible = snapshot_set::parse(row.get(0, 0));
        const auto flushed = lsn::parse(row.get(0, 1));
        const auto inserted = lsn::parse(row.get(0, 2));
        if (!visible || !flushed || !inserted) {
            throw error(errc::protocol, "the server describes its snapshot as \"" +
                                            std::string(row.get(0, 0)) + "\" at \"" +
                                            std::string(row.get(0, 1)) + "\"");
        }
        // In steps of two: what a routed document leaves behind elsewhere is deleted with the version
        // between.
        last_ = std::max(last_ + 2, flushed->value << 8U);
        return {*visible, last_, end_of_last_record(*inserted)};
    }

    /// The insert position stands behind the header of a page that holds nothing yet, where the flushed
    /// position never gets until something is written; step back to what both agree on.
    [[nodiscard]] static constexpr lsn end_of_last_record(lsn inserted) {
        constexpr std::uint64_t page = 8192;
        constexpr std::uint64_t short_header = 24;
        constexpr std::uint64_t long_header = 40;
        constexpr std::uint64_t smallest_segment = 1U << 20U;
        if (inserted.value % page == short_header) return {inserted.value - short_header};
        if (inserted.value % smallest_segment == long_header) return {inserted.value - long_header};
        return inserted;
    }

  private:
    std::mutex mutex_;
    std::uint64_t last_ = 0;
};

/// How far the log is on disk.
[[nodiscard]] inline lsn flushed_position(session& connection) {
    const auto names = function_names(connection.server_version());
    const auto found = connection.exec("SELECT " + std::string(names.flush_lsn) + "::text");
    const auto position = lsn::parse(found.get(0, 0));
    if (!position) throw error(errc::protocol, "the server gives no position of its log");
    return *position;
}

/// Writes a record into the log and flushes it, so that every version from now on is greater than any that an
/// earlier process can have used, and a late write of that process can overwrite nothing. Waits for the local
/// disk only: a stalled synchronous standby must not stop the sync.
inline void advance_log(session& connection) {
    connection.exec(
        "BEGIN; SET LOCAL synchronous_commit = local; "
        "SELECT pg_logical_emit_message(true, 'pgsync', 'start'); COMMIT");
}

}  // namespace pgsync::postgres
