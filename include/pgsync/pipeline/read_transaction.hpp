#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <pgsync/base/error.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/postgres/result.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/snapshot_set.hpp>
#include <pgsync/postgres/version.hpp>

namespace pgsync::postgres {

/// What a snapshot must see before documents may be read in it.
struct read_needs {
    std::span<const std::uint32_t> xids;  ///< transactions that have committed
    lsn committed;                        ///< where the commit record of the last of them begins
};

/// The snapshot of a transaction that reads documents.
struct read_snapshot {
    snapshot_set visible;
    /// The version of every document read in it: greater than that of any snapshot taken before, in this
    /// process or an earlier one.
    std::uint64_t version = 0;
    /// Every commit it sees is on the primary's disk once WAL is flushed up to here.
    lsn durable;
    std::optional<lsn> replayed;  ///< only on a standby: it sees every commit before this position
    bool stale = false;           ///< it may see less than an earlier snapshot: nothing may be read in it

    [[nodiscard]] bool sees(const read_needs& needs) const {
        if (stale) return false;
        if (replayed) return *replayed > needs.committed;
        return std::all_of(needs.xids.begin(), needs.xids.end(),
                           [&](std::uint32_t xid) { return visible.visible(xid); });
    }
};

/// How to begin a transaction that reads documents.
struct read_start {
    std::string sql;
    /// SQL for what the names of all indices refer to; empty: not checked. See read_guard.hpp.
    std::string meaning_sql{};
    std::string meaning{};  ///< the result that `meaning_sql` must have
};

/// Returns how to begin a transaction that reads the tables of `indices`. It first locks them, in a mode that
/// conflicts only with ALTER TABLE, TRUNCATE and the like; the first query after that takes the snapshot. In
/// a snapshot older than a TRUNCATE or an ALTER TABLE that rewrites a table, that table is empty. A
/// transaction that waited for the lock with its snapshot already taken would find no row, and no change in
/// WAL would ever correct that.
[[nodiscard]] inline read_start begin_reading(std::span<const index_binding> indices = {}) {
    read_start out;
    std::vector<std::string_view> tables;
    for (const auto& index : indices) {
        if (!index.meaning_sql.empty()) {
            out.meaning_sql += (out.meaning_sql.empty() ? "" : " || ") + index.meaning_sql;
            out.meaning += index.meaning;
        }
        for (const auto& route : index.routes) {
            if (!route.view && std::find(tables.begin(), tables.end(), route.table) == tables.end())
                tables.push_back(route.table);
        }
    }
    auto& sql = out.sql = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ";
    for (const auto table : tables) sql.append(table == tables.front() ? "LOCK TABLE " : ", ").append(table);
    if (!tables.empty()) sql += " IN ACCESS SHARE MODE; ";
    return out;
}

/// Takes the snapshots of all connections of a process one after the other, so that versions have the order
/// of snapshots.
///
/// A version is the position up to which WAL is *flushed*, read inside the transaction, times 256, and
/// increased if necessary to exceed the last one. The insert position would not do: after a crash of the
/// server it can be lower than before. The low byte leaves room for many snapshots on an idle database;
/// otherwise versions would run ahead of WAL, and a restarted process would begin below them. After a
/// failover, positions continue somewhat below those of the old primary; therefore the versions of each
/// timeline begin 1 TiB of WAL above those of the one before. A database that was set back on its own
/// timeline has no new one; its versions are then those of a later timeline, see set_rewinds().
class version_clock {
  public:
    /// Sets the primary's timeline, as IDENTIFY_SYSTEM reports it.
    void set_timeline(std::uint32_t timeline) {
        const std::lock_guard lock(mutex_);
        timeline_ = timeline;
        set_base();
    }

    /// Sets how many timelines the versions are ahead because the database was set back. Never decreases.
    void set_rewinds(std::uint32_t rewinds) {
        const std::lock_guard lock(mutex_);
        rewinds_ = std::max(rewinds_, rewinds);
        set_base();
    }
    [[nodiscard]] std::uint32_t rewinds() {
        const std::lock_guard lock(mutex_);
        return rewinds_;
    }

    /// From now on begin() expects sessions on standbys and accepts no snapshot that has not replayed WAL up
    /// to `at_least`.
    void read_from_standby(lsn at_least) {
        const std::lock_guard lock(mutex_);
        standby_ = true;
        newest_ = at_least;
    }

    /// Prepares for a process that writes alongside the one that consumes the slot, which orders its own
    /// snapshots by another clock. `advance` writes a record to the primary's WAL, see advance_log(), and
    /// returns the flush position after it.
    ///
    /// A snapshot's version is then just below that position, which is read *before* the snapshot is taken.
    /// If the consumer of the slot sees a commit that this snapshot does not see, it takes its snapshot
    /// later, finds WAL flushed at least as far, and so writes a greater version: newer data is never
    /// overwritten for good. Because of the record, the version is also greater than that of any snapshot
    /// before. (A standby's position is read before its snapshot anyway, and the consumer reads a commit from
    /// a standby only once the standby has replayed beyond it; so both processes must read from the primary,
    /// or both from standbys.)
    void write_beside(std::function<lsn()> advance) {
        const std::lock_guard lock(mutex_);
        advance_ = std::move(advance);
    }

    /// Returns a version greater than any that a clock can have issued while WAL was flushed up to
    /// `position`.
    [[nodiscard]] std::uint64_t greatest_version(lsn position) {
        const std::lock_guard lock(mutex_);
        constexpr std::uint64_t ahead = 1U << 24U;  // how far versions may run ahead of WAL on an idle server
        return base_ + (position.value << 8U) + ahead;
    }

    /// Returns a version greater than that of any snapshot before and less than that of any after. `primary`
    /// is a session on the primary, even if begin() uses standbys.
    [[nodiscard]] std::uint64_t take_version(session& primary) {
        const std::lock_guard lock(mutex_);
        const auto names = function_names(primary.server_version());
        return next_version(
            position_in(primary.exec("SELECT " + std::string(names.flush_lsn) + "::text"), 0));
    }

    /// Begins a transaction on `connection` as `start` says, see begin_reading(), and returns its snapshot.
    /// The caller ends the transaction. Throws errc::changed if names of tables and columns no longer refer
    /// to the same; on a standby, the snapshot is stale then.
    [[nodiscard]] read_snapshot begin(session& connection, const read_start& start) {
        const std::lock_guard lock(mutex_);
        return begin_after(advance_ ? advance_() : lsn{}, connection, start);
    }

    /// The same, repeated until the snapshot sees what is needed. A commit appears in WAL a moment before
    /// other sessions see it, long before under synchronous replication, and a standby lags behind. Throws
    /// errc::interrupted once `stopped()`.
    template <typename Stopped>
    [[nodiscard]] read_snapshot begin(session& connection, const read_start& how, const read_needs& needs,
                                      const Stopped& stopped) {
        auto pause = std::chrono::microseconds(200);
        const auto start = std::chrono::steady_clock::now();
        auto told = start;
        const auto advanced = [&] {
            const std::lock_guard lock(mutex_);
            return advance_ ? advance_() : lsn{};  // once: a standby would never reach the next position
        }();
        while (true) {
            auto snapshot = [&] {
                const std::lock_guard lock(mutex_);
                return begin_after(advanced, connection, how);
            }();
            if (snapshot.sees(needs)) return snapshot;
            connection.exec("ROLLBACK");
            if (stopped())
                throw error(errc::interrupted, "stopped while waiting for a commit to become visible");
            std::this_thread::sleep_for(pause);
            pause = std::min(pause * 2, std::chrono::microseconds(50'000));
            const auto now = std::chrono::steady_clock::now();
            if (now - told > std::chrono::seconds(10)) {
                told = now;
                log::warn("waiting for a committed transaction to become visible, {} s so far; {}",
                          std::chrono::duration_cast<std::chrono::seconds>(now - start).count(),
                          snapshot.replayed ? "is the standby that is read from behind?"
                                            : "is a synchronous standby away?");
            }
        }
    }

    /// Returns the end of the last record before `inserted`. On a page that is still empty, the insert
    /// position is behind the page's header, which the flush position does not reach until something is
    /// written.
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
    /// `advanced` is the flush position after `advance_()`, or 0 without it, see write_beside().
    read_snapshot begin_after(lsn advanced, session& connection, const read_start& how) {
        if (!standby_) {
            auto snapshot = begin_on_primary(connection, how);
            if (advance_) snapshot.version = version_beside(advanced);
            return snapshot;
        }
        newest_ = std::max(newest_, advanced);
        return begin_on_standby(connection, how);
    }

    read_snapshot begin_on_primary(session& connection, const read_start& how) {
        const auto names = function_names(connection.server_version());
        const auto row = connection.exec(how.sql + "SELECT " + std::string(names.current_snapshot) +
                                         "::text, " + std::string(names.flush_lsn) + "::text, " +
                                         std::string(names.insert_lsn) + "::text" + asked(how));
        if (!means_the_same(how, row, 3)) {
            connection.exec("ROLLBACK");
            throw error(errc::changed, "the tables are not what they were: looking closer");
        }
        const auto flushed = position_in(row, 1);
        return {snapshot_in(row), next_version(flushed), end_of_last_record(position_in(row, 2)), {}, false};
    }

    /// The replay position must be read before the snapshot is taken, not in it. Everything that a standby
    /// has replayed is on the primary's disk, so `durable` stays 0. If names refer to something else on the
    /// standby, it is treated as lagging: catalog changes are detected on the primary, which is checked
    /// often.
    read_snapshot begin_on_standby(session& connection, const read_start& how) {
        const auto names = function_names(connection.server_version());
        const auto state = connection.exec("SELECT pg_catalog.pg_is_in_recovery(), " +
                                           std::string(names.replay_lsn) + "::text");
        if (state.get(0, 0) != "t") {
            throw error(errc::connection, connection.server() + " is no standby (any more)",
                        "let --read-from name a standby of the primary that --database names");
        }
        const auto replayed = position_in(state, 1);
        const auto row = connection.exec(how.sql + "SELECT " + std::string(names.current_snapshot) +
                                         "::text" + asked(how));
        const bool behind = replayed < newest_;
        if (!behind) newest_ = replayed;
        const bool stale = behind || !means_the_same(how, row, 1);
        const auto version = advance_ ? version_beside(replayed) : next_version(replayed);
        return {snapshot_in(row), stale ? 0 : version, {}, replayed, stale};
    }

    static std::string asked(const read_start& how) {
        return how.meaning_sql.empty() ? "" : ", " + how.meaning_sql;
    }
    static bool means_the_same(const read_start& how, const result& row, int column) {
        return how.meaning_sql.empty() || row.get(0, column) == how.meaning;
    }

    void set_base() { base_ = std::uint64_t{timeline_ + rewinds_} << 48U; }

    std::uint64_t next_version(lsn position) {
        // In steps of two: the version in between is for deleting a routed document under its other routings.
        last_ = std::max(last_ + 2, base_ + (position.value << 8U));
        return last_;
    }

    /// Returns a version below those that the consumer of the slot uses once it finds WAL flushed up to
    /// `position`, including those of its deletes under other routings.
    [[nodiscard]] std::uint64_t version_beside(lsn position) const {
        return base_ + (position.value << 8U) - 2;
    }

    static lsn position_in(const result& row, int column) {
        const auto position = lsn::parse(row.get(0, column));
        if (!position)
            throw error(errc::protocol,
                        "the server reports its WAL position as \"" + std::string(row.get(0, column)) + "\"");
        return *position;
    }
    static snapshot_set snapshot_in(const result& row) {
        const auto visible = snapshot_set::parse(row.get(0, 0));
        if (!visible)
            throw error(errc::protocol,
                        "the server describes its snapshot as \"" + std::string(row.get(0, 0)) + "\"");
        return *visible;
    }

    std::mutex mutex_;
    std::uint32_t timeline_ = 0;
    std::uint32_t rewinds_ = 0;
    std::uint64_t base_ = 0;
    std::uint64_t last_ = 0;
    bool standby_ = false;
    lsn newest_;                      ///< greatest replay position of a standby's snapshot so far
    std::function<lsn()> advance_{};  ///< see write_beside()
};

/// Returns the position up to which the primary's WAL is on disk.
[[nodiscard]] inline lsn flushed_position(session& connection) {
    const auto names = function_names(connection.server_version());
    const auto found = connection.exec("SELECT " + std::string(names.flush_lsn) + "::text");
    const auto position = lsn::parse(found.get(0, 0));
    if (!position) throw error(errc::protocol, "the server does not report its WAL position");
    return *position;
}

/// Waits until WAL is on the primary's disk up to `position`, so that what was read survives a crash of the
/// server; does nothing for 0/0. Calls `go_on()` before each pause, which may throw.
template <typename GoOn>
void wait_until_flushed(session& connection, lsn position, const GoOn& go_on) {
    while (position > lsn{} && flushed_position(connection) < position) {
        go_on();
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

/// Writes a record to WAL and flushes it, so that every version from now on is greater than any that an
/// earlier process can have used, and a late write of that process cannot overwrite anything. Waits for the
/// local disk only: a stalled synchronous standby must not stop the sync.
inline void advance_log(session& connection) {
    connection.exec(
        "BEGIN; SET LOCAL synchronous_commit = local; "
        "SELECT pg_catalog.pg_logical_emit_message(true, 'pgsync', 'start'); COMMIT");
}

}  // namespace pgsync::postgres
