#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <pgsync/postgres/connection.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/postgres/table_facts.hpp>
#include <pgsync/postgres/version.hpp>

/// What server, publication and slot say of themselves.
namespace pgsync::postgres {

struct server_facts {
    std::string wal_level;
    std::string role;
    bool is_superuser = false;
    bool has_replication = false;
    std::size_t max_replication_slots = 0;
    std::size_t slots_used = 0;
};

struct publication_facts {
    bool exists = false;
    bool all_tables = false;
    bool inserts = false;
    bool updates = false;
    bool deletes = false;
    bool truncates = false;
    std::vector<std::uint32_t> tables;

    [[nodiscard]] bool has_table(std::uint32_t oid) const {
        return std::find(tables.begin(), tables.end(), oid) != tables.end();
    }
    [[nodiscard]] bool publishes_everything() const { return inserts && updates && deletes && truncates; }
};

struct slot_facts {
    bool exists = false;
    std::string plugin;
    std::string database;
    bool in_this_database = false;
    int active_pid = 0;  ///< 0: nobody reads it
};

[[nodiscard]] inline server_facts read_server(admin_connection& database) {
    const auto row = database
                         .query("SELECT pg_catalog.current_setting('wal_level'), current_user::text, r.rolsuper::text, "
                                "r.rolreplication::text, pg_catalog.current_setting('max_replication_slots'), "
                                "(SELECT count(*) FROM pg_catalog.pg_replication_slots)::text "
                                "FROM pg_catalog.pg_roles r WHERE r.rolname = current_user")
                         .at(0);
    return {row[0].value_or(""), row[1].value_or(""), row[2] == "true", row[3] == "true",
            std::stoul(row[4].value_or("0")), std::stoul(row[5].value_or("0"))};
}

[[nodiscard]] inline publication_facts find_publication(admin_connection& database, const std::string& name) {
    publication_facts facts;
    const std::string truncates = has_truncate(database.server_version()) ? "pubtruncate" : "true";
    const auto found = database.query("SELECT puballtables::text, pubinsert::text, pubupdate::text, pubdelete::text, " +
                                          truncates + "::text FROM pg_catalog.pg_publication WHERE pubname = $1",
                                      {name});
    if (found.empty()) return facts;
    const auto& row = found[0];
    facts.exists = true;
    facts.all_tables = row[0] == "true";
    facts.inserts = row[1] == "true";
    facts.updates = row[2] == "true";
    facts.deletes = row[3] == "true";
    facts.truncates = row[4] == "true";
    for (const auto& table : database.query(
             "SELECT r.prrelid::text FROM pg_catalog.pg_publication_rel r JOIN pg_catalog.pg_publication p "
             "ON p.oid = r.prpubid WHERE p.pubname = $1",
             {name})) {
        facts.tables.push_back(detail::to_oid(table[0]));
    }
    return facts;
}

[[nodiscard]] inline slot_facts find_slot(admin_connection& database, const std::string& name) {
    const auto found = database.query(
        "SELECT coalesce(plugin, ''), coalesce(database, ''), (database = current_database())::text, "
        "coalesce(active_pid, 0)::text FROM pg_catalog.pg_replication_slots WHERE slot_name = $1",
        {name});
    if (found.empty()) return {};
    const auto& row = found[0];
    return {true, row[0].value_or(""), row[1].value_or(""), row[2] == "true", std::stoi(row[3].value_or("0"))};
}

/// Roughly how many rows a table has: what the last ANALYZE saw, or a count where it has never been analysed.
[[nodiscard]] inline std::uint64_t estimate_rows(admin_connection& database, std::uint32_t table) {
    const auto rows = database.query(
        "SELECT c.reltuples::bigint::text, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) "
        "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1::oid",
        {std::to_string(table)});
    if (rows.empty()) return 0;
    const auto estimate = std::stoll(rows[0][0].value_or("0"));
    if (estimate > 0) return static_cast<std::uint64_t>(estimate);
    return std::stoull(database.query("SELECT count(*)::text FROM " + rows[0][1].value_or("")).at(0)[0].value_or("0"));
}

}  // namespace pgsync::postgres
