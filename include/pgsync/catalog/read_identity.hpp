#pragma once

#include <cstdint>
#include <string>

#include <pgsync/catalog/catalog_row.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/system_identity.hpp>
#include <pgsync/postgres/version.hpp>

namespace pgsync::postgres {

/// Stores which database the session is connected to.
inline void read_database(session& connection, system_identity& into) {
    const auto found = connection.exec(
        "SELECT d.oid, d.datname FROM pg_catalog.pg_database d WHERE d.datname = "
        "pg_catalog.current_database()");
    catalog_row row(found.row(0));
    into.database = row.number<std::uint32_t>();
    into.database_name = row.text();
}

/// Reads the identity of a session's server and database, without the end of its WAL.
[[nodiscard]] inline system_identity read_owner(session& connection) {
    system_identity out;
    out.system =
        connection.exec("SELECT system_identifier::text FROM pg_catalog.pg_control_system()").get(0, 0);
    read_database(connection, out);
    return out;
}

/// Reads from a primary the same as IDENTIFY_SYSTEM, without requiring the REPLICATION right.
[[nodiscard]] inline system_identity read_identity(session& primary) {
    const auto names = function_names(primary.server_version());
    const auto found = primary.exec("SELECT system_identifier::text, " + std::string(names.flush_lsn) +
                                    "::text, ('x' || left(" + std::string(names.log_file) + "(" +
                                    std::string(names.insert_lsn) +
                                    "), 8))::bit(32)::bigint FROM pg_catalog.pg_control_system()");
    catalog_row row(found.row(0));
    system_identity out;
    out.system = row.text();
    out.flushed = row.position();
    out.timeline = row.number<std::uint32_t>();
    read_database(primary, out);
    return out;
}

}  // namespace pgsync::postgres
