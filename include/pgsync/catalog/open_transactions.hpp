#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <pgsync/catalog/catalog_row.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>

/// Open transactions of other sessions: what a slot, a lock or a load has to wait for.
namespace pgsync::postgres {

/// A transaction that is open in a session, or a prepared one, which belongs to no session.
struct open_transaction {
    int pid = 0;        ///< of the server process; 0: it is prepared
    std::string gid{};  ///< of a prepared one
    std::string user{};
    std::string database{};
    std::string application{};
    std::string state{};                    ///< `active`, `idle in transaction`; empty if it is not visible
    std::optional<std::int64_t> seconds{};  ///< age since it began or was prepared; hidden from some roles
    std::optional<std::uint32_t> xid{};     ///< set if it has written something

    [[nodiscard]] bool prepared() const noexcept { return pid == 0; }
};

namespace detail {

/// Returns the query for read_transactions(). `which` is a condition on `a`, pg_stat_activity;
/// `which_prepared` is one on `p`, pg_prepared_xacts.
[[nodiscard]] inline std::string transactions_sql(const std::string& which,
                                                  const std::string& which_prepared) {
    return "SELECT a.pid, NULL AS gid, a.usename AS by, a.datname AS in_database, a.application_name AS "
           "application, CASE WHEN a.state = '<insufficient privilege>' THEN NULL ELSE a.state END AS state, "
           "extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::bigint AS age, "
           "a.backend_xid::text AS xid FROM pg_catalog.pg_stat_activity a WHERE (" +
           which +
           ") AND a.pid <> pg_catalog.pg_backend_pid() UNION ALL SELECT NULL, p.gid, p.owner, p.database, "
           "NULL, NULL, extract(epoch FROM pg_catalog.clock_timestamp() - p.prepared)::bigint, "
           "p.transaction::text FROM pg_catalog.pg_prepared_xacts p WHERE " +
           which_prepared + " ORDER BY age DESC NULLS LAST, pid, gid";
}

[[nodiscard]] inline std::vector<open_transaction> read_transactions(session& session,
                                                                     const std::string& sql) {
    const auto found = session.exec(sql);
    std::vector<open_transaction> out;
    for (int i = 0; i < found.rows(); ++i) {
        catalog_row row(found.row(i));
        auto& each = out.emplace_back();
        each.pid = row.number<int>();
        each.gid = row.text();
        each.user = row.text();
        each.database = row.text();
        each.application = row.text();
        each.state = row.text();
        if (const bool hidden = row.null(); true) {
            const auto seconds = row.number<std::int64_t>();
            if (!hidden) each.seconds = seconds;
        }
        if (const bool none = row.null(); true) {
            const auto xid = row.number<std::uint32_t>();
            if (!none) each.xid = xid;
        }
    }
    return out;
}

}  // namespace detail

/// Reads all transactions of the whole server that have written something, except this session's, oldest
/// first.
[[nodiscard]] inline std::vector<open_transaction> read_open_transactions(session& session) {
    return detail::read_transactions(session, detail::transactions_sql("a.backend_xid IS NOT NULL", "true"));
}

/// Reads the transactions that the server process `pid` is waiting for: those that hold the lock it wants or
/// are ahead of it in the lock's queue. A prepared transaction has no process and is found by the lock it
/// holds.
[[nodiscard]] inline std::vector<open_transaction> read_blockers(session& session, int pid) {
    const auto who = std::to_string(pid);
    const auto blocking = "pg_catalog.pg_blocking_pids(" + who + ")";
    return detail::read_transactions(
        session,
        detail::transactions_sql(
            "a.pid = ANY (" + blocking + ")",
            "0 = ANY (" + blocking +
                ") AND p.transaction::text IN (SELECT own.transactionid::text FROM pg_catalog.pg_locks w "
                "JOIN pg_catalog.pg_locks held ON held.granted AND held.pid IS NULL "
                "AND held.locktype = w.locktype AND held.database IS NOT DISTINCT FROM w.database "
                "AND held.relation IS NOT DISTINCT FROM w.relation "
                "AND held.transactionid::text IS NOT DISTINCT FROM w.transactionid::text "
                "JOIN pg_catalog.pg_locks own ON own.locktype = 'transactionid' AND own.pid IS NULL "
                "AND own.virtualtransaction = held.virtualtransaction "
                "WHERE w.pid = " +
                who + " AND NOT w.granted)"));
}

/// Reads the transactions that every reader of a table waits for: those that hold an AccessExclusiveLock on
/// it, and those that a session waiting for such a lock waits for. `table` is quoted as in SQL; if it does
/// not exist, the result is empty.
[[nodiscard]] inline std::vector<open_transaction> read_lock_holders(session& session,
                                                                     const std::string& table) {
    const auto locks =
        "pg_catalog.pg_locks l WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' "
        "AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = "
        "pg_catalog.current_database()) AND l.relation = pg_catalog.to_regclass(" +
        quote_literal(table) + ")::oid";
    return detail::read_transactions(
        session,
        detail::transactions_sql(
            "a.pid IN (SELECT l.pid FROM " + locks +
                " AND l.granted UNION ALL SELECT pg_catalog.unnest(pg_catalog.pg_blocking_pids(l.pid)) "
                "FROM " +
                locks + " AND NOT l.granted)",
            "p.transaction::text IN (SELECT own.transactionid::text FROM pg_catalog.pg_locks own WHERE "
            "own.locktype = 'transactionid' AND own.pid IS NULL AND own.virtualtransaction IN "
            "(SELECT l.virtualtransaction FROM " +
                locks + " AND l.granted AND l.pid IS NULL))"));
}

}  // namespace pgsync::postgres
