#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <pgsync/catalog/catalog_row.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/version.hpp>

namespace pgsync::postgres {

struct slot_facts {
    std::string plugin;    ///< `pgoutput`; empty for a physical slot
    std::string database;  ///< empty for a physical slot
    bool logical = false;
    bool temporary = false;
    bool active = false;
    int active_pid = 0;      ///< 0 if no process reads it
    lsn restart;             ///< from where the server keeps WAL; 0/0 once it is lost
    lsn confirmed;           ///< the stream starts after it
    std::string wal_status;  ///< `reserved`, `extended`, `unreserved`, `lost`; empty before version 13
    std::string invalidation_reason;  ///< empty while it is valid, and before version 17
    bool failover = false;            ///< also kept on standbys; since version 17

    /// Returns true if WAL that the slot needs was removed: nothing can be read from it any more.
    [[nodiscard]] bool lost() const noexcept { return wal_status == "lost" || !invalidation_reason.empty(); }
};

/// Reads the slot of that name, in any database; nullopt if there is none.
[[nodiscard]] inline std::optional<slot_facts> read_slot(session& session, std::string_view name) {
    const auto version = session.server_version();
    std::string sql =
        "SELECT plugin, database, slot_type = 'logical', active, active_pid, restart_lsn, "
        "confirmed_flush_lsn";
    sql += has_temporary_slots(version) ? ", temporary" : ", false";
    sql += has_wal_status(version) ? ", wal_status" : ", NULL";
    sql += has_invalidation_reason(version) ? ", invalidation_reason" : ", NULL";
    sql += has_failover_slots(version) ? ", failover" : ", false";
    const auto found =
        session.exec_params(sql + " FROM pg_catalog.pg_replication_slots WHERE slot_name = $1", {name});
    if (found.rows() == 0) return std::nullopt;
    catalog_row row(found.row(0));
    slot_facts out;
    out.plugin = row.text();
    out.database = row.text();
    out.logical = row.flag();
    out.active = row.flag();
    out.active_pid = row.number<int>();
    out.restart = row.position();
    out.confirmed = row.position();
    out.temporary = row.flag();
    out.wal_status = row.text();
    out.invalidation_reason = row.text();
    out.failover = row.flag();
    return out;
}

}  // namespace pgsync::postgres
