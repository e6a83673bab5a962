#pragma once

#include <string>

#include <pgsync/catalog/catalog_row.hpp>
#include <pgsync/postgres/session.hpp>

namespace pgsync::postgres {

/// What a server and the current role provide for logical replication.
struct server_facts {
    int version = 0;
    std::string wal_level;  ///< must be `logical`
    int max_replication_slots = 0;
    int used_replication_slots = 0;
    int max_wal_senders = 0;
    int used_wal_senders = 0;
    bool standby = false;  ///< in recovery: its snapshots do not show reliably what is committed
    std::string encoding;  ///< of the database: `UTF8`
    std::string database;
    std::string role;
    bool superuser = false;
    bool replication = false;             ///< may stream: superuser, REPLICATION, or a provider's role for it
    bool may_create_in_database = false;  ///< CREATE on the database: what CREATE PUBLICATION needs
};

/// Reads the facts in one round trip.
[[nodiscard]] inline server_facts read_server(session& session) {
    const auto found = session.exec(
        "SELECT pg_catalog.current_setting('wal_level'), pg_catalog.current_setting('max_replication_slots')"
        ", (SELECT count(*) FROM pg_catalog.pg_replication_slots), "
        "pg_catalog.current_setting('max_wal_senders')"
        ", (SELECT count(*) FROM pg_catalog.pg_stat_replication), pg_catalog.pg_is_in_recovery()"
        ", pg_catalog.current_setting('server_encoding'), pg_catalog.current_database(), current_user, "
        "r.rolsuper"
        // Amazon RDS grants the right through a role of that name, not through the attribute.
        ", r.rolsuper OR r.rolreplication OR EXISTS (SELECT 1 FROM pg_catalog.pg_roles g "
        "WHERE g.rolname = 'rds_replication' AND pg_catalog.pg_has_role(g.oid, 'USAGE'))"
        ", pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') "
        "FROM pg_catalog.pg_roles r WHERE r.rolname = current_user");
    catalog_row row(found.row(0));
    server_facts out;
    out.version = session.server_version();
    out.wal_level = row.text();
    out.max_replication_slots = row.number<int>();
    out.used_replication_slots = row.number<int>();
    out.max_wal_senders = row.number<int>();
    out.used_wal_senders = row.number<int>();
    out.standby = row.flag();
    out.encoding = row.text();
    out.database = row.text();
    out.role = row.text();
    out.superuser = row.flag();
    out.replication = row.flag();
    out.may_create_in_database = row.flag();
    return out;
}

}  // namespace pgsync::postgres
