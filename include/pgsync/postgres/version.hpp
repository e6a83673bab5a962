#pragma once

#include <string_view>

/// The differences between server versions, in one place. A version is libpq's number: 90624, 150020.
namespace pgsync::postgres {

/// The oldest server version that pgsync supports.
inline constexpr int oldest_version = 90600;

/// Function calls to use in a SELECT. Cast the results to text to read them.
struct sql_functions {
    std::string_view flush_lsn;         ///< end of the WAL that is safely on disk
    std::string_view insert_lsn;        ///< end of the WAL, including what is not written yet
    std::string_view replay_lsn;        ///< on a standby: end of the WAL that its queries see
    std::string_view current_snapshot;  ///< `xmin:xmax:xip,…`, to be read with snapshot_set
    std::string_view log_file;          ///< function name; takes an LSN and returns the name of its WAL file
};

[[nodiscard]] constexpr sql_functions function_names(int version) noexcept {
    sql_functions out{"pg_catalog.pg_current_wal_flush_lsn()", "pg_catalog.pg_current_wal_insert_lsn()",
                      "pg_catalog.pg_last_wal_replay_lsn()", "pg_catalog.pg_current_snapshot()",
                      "pg_catalog.pg_walfile_name"};
    if (version < 130000) out.current_snapshot = "pg_catalog.txid_current_snapshot()";
    if (version < 100000) {
        out.flush_lsn = "pg_catalog.pg_current_xlog_flush_location()";
        out.insert_lsn = "pg_catalog.pg_current_xlog_insert_location()";
        out.replay_lsn = "pg_catalog.pg_last_xlog_replay_location()";
        out.log_file = "pg_catalog.pg_xlogfile_name";
    }
    return out;
}

/// Returns true if the server has publications and the output plugin pgoutput. Older servers are read with
/// test_decoding, which every server has.
[[nodiscard]] constexpr bool has_publications(int version) noexcept { return version >= 100000; }
[[nodiscard]] constexpr std::string_view output_plugin(int version) noexcept {
    return has_publications(version) ? "pgoutput" : "test_decoding";
}
/// pg_stat_replication has the lag columns and calls positions LSN.
[[nodiscard]] constexpr bool has_replication_lag(int version) noexcept { return version >= 100000; }
/// CREATE INDEX on a partitioned table.
[[nodiscard]] constexpr bool has_partitioned_indexes(int version) noexcept { return version >= 110000; }
/// wal_sender_timeout can be set for a role or a connection, not only for the server.
[[nodiscard]] constexpr bool has_own_sender_timeout(int version) noexcept { return version >= 120000; }
/// idle_replication_slot_timeout.
[[nodiscard]] constexpr bool has_idle_slot_timeout(int version) noexcept { return version >= 180000; }
/// A walsender accepts plain SQL.
[[nodiscard]] constexpr bool has_sql_on_replication(int version) noexcept { return version >= 100000; }
/// pg_stat_activity shows that a process is waiting for its client.
[[nodiscard]] constexpr bool has_client_wait_events(int version) noexcept { return version >= 100000; }
[[nodiscard]] constexpr bool has_partitions(int version) noexcept { return version >= 100000; }
[[nodiscard]] constexpr bool has_temporary_slots(int version) noexcept { return version >= 100000; }
/// TRUNCATE is decoded, and `publish` accepts the word.
[[nodiscard]] constexpr bool has_truncate(int version) noexcept { return version >= 110000; }
/// Indexes can have INCLUDE columns.
[[nodiscard]] constexpr bool has_included_columns(int version) noexcept { return version >= 110000; }
[[nodiscard]] constexpr bool has_generated_columns(int version) noexcept { return version >= 120000; }
[[nodiscard]] constexpr bool has_via_root(int version) noexcept { return version >= 130000; }
/// pg_replication_slots.wal_status and safe_wal_size.
[[nodiscard]] constexpr bool has_wal_status(int version) noexcept { return version >= 130000; }
/// client_connection_check_interval.
[[nodiscard]] constexpr bool has_client_check(int version) noexcept { return version >= 140000; }
[[nodiscard]] constexpr bool has_idle_session_timeout(int version) noexcept { return version >= 140000; }
/// Publications can have row filters, column lists and FOR TABLES IN SCHEMA.
[[nodiscard]] constexpr bool has_publication_filters(int version) noexcept { return version >= 150000; }
/// There are publish_generated_columns and virtual generated columns, and the server rejects updates whose
/// replica identity has generated columns that a publication leaves out.
[[nodiscard]] constexpr bool has_published_generated_columns(int version) noexcept {
    return version >= 180000;
}
[[nodiscard]] constexpr bool has_transaction_timeout(int version) noexcept { return version >= 170000; }
[[nodiscard]] constexpr bool has_failover_slots(int version) noexcept { return version >= 170000; }
[[nodiscard]] constexpr bool has_invalidation_reason(int version) noexcept { return version >= 170000; }

}  // namespace pgsync::postgres
