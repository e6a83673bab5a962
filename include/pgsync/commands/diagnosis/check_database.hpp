#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/base/finding.hpp>
#include <pgsync/base/format_units.hpp>
#include <pgsync/base/options.hpp>
#include <pgsync/catalog/server_facts.hpp>
#include <pgsync/catalog/session_facts.hpp>
#include <pgsync/catalog/slot_facts.hpp>
#include <pgsync/catalog/slot_lag.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/version.hpp>

/// What doctor checks in the database server: settings, the role, slots; not the tables.
namespace pgsync::app::detail {

inline constexpr std::uint64_t much_log = 1ULL << 30U;

/// Input of the checks of the database server.
struct server_checks {
    postgres::session& catalog;
    const options& setting;
    const postgres::server_facts& server;
    const std::string& slot_name;  ///< of this program's slot
    std::optional<postgres::slot_facts> slot;
    postgres::lsn current;  ///< the end of WAL
    bool loaded;            ///< an index is loaded and follows the slot, so a sync should be reading it
    const std::set<std::string>& used;  ///< slots that the program's indices follow
    findings& found;

    [[nodiscard]] std::string role() const { return postgres::quote_identifier(server.role); }
    [[nodiscard]] std::string quoted_slot() const { return "slot \"" + slot_name + "\""; }
    /// Returns the step that sets a role's setting where it has the highest precedence.
    [[nodiscard]] step for_role(const std::string& assignment) const {
        return by_sql("ALTER ROLE " + role() + " IN DATABASE " + postgres::quote_identifier(server.database) +
                      " SET " + assignment);
    }
    /// Returns the value with which this role's sessions start, in the setting's own unit; empty if the
    /// server does not have the setting.
    [[nodiscard]] std::string setting_of_role(std::string_view name) const {
        const auto rows =
            catalog.exec_params("SELECT reset_val FROM pg_catalog.pg_settings WHERE name = $1", {name});
        return rows.rows() == 0 ? std::string() : std::string(rows.get(0, 0));
    }
    [[nodiscard]] std::int64_t number_of_role(std::string_view name, std::int64_t otherwise) const {
        const auto text = setting_of_role(name);
        return text.empty() ? otherwise : std::strtoll(text.c_str(), nullptr, 10);
    }
};

inline step reload() { return by_sql("SELECT pg_catalog.pg_reload_conf()"); }
inline step restart() { return by_hand("restart PostgreSQL"); }

inline void check_server_settings(const server_checks& in) {
    const auto& server = in.server;
    if (server.wal_level != "logical") {
        in.found.push_back({severity::error,
                            "wal_level",
                            "wal_level is \"" + server.wal_level + "\"",
                            "only with \"logical\" WAL says which rows changed",
                            {by_sql("ALTER SYSTEM SET wal_level = logical"), restart()}});
    }
    const auto more = [](int than) { return std::to_string(than + 4); };
    if (server.used_replication_slots >= server.max_replication_slots) {
        in.found.push_back(
            {in.slot ? severity::advice : severity::error,
             "replication_slots",
             "all " + std::to_string(server.max_replication_slots) + " replication slots are in use",
             in.slot ? "a rebuild of an index of another shape would need one more" : "bootstrap needs one",
             {by_sql("ALTER SYSTEM SET max_replication_slots = " + more(server.max_replication_slots)),
              restart()}});
    }
    if (server.used_wal_senders >= server.max_wal_senders) {
        const bool follows = in.slot && in.slot->active_pid != 0;
        in.found.push_back(
            {follows ? severity::warning : severity::error,
             "wal_senders",
             "all " + std::to_string(server.max_wal_senders) + " WAL senders are in use",
             follows ? "a sync that has to connect again finds none free" : "sync needs one",
             {by_sql("ALTER SYSTEM SET max_wal_senders = " + more(server.max_wal_senders)), restart()}});
    }
    const auto sender_timeout = in.number_of_role("wal_sender_timeout", 60'000);
    std::vector<step> a_minute{in.for_role("wal_sender_timeout = '1min'")};
    if (!postgres::has_own_sender_timeout(server.version))
        a_minute = {by_sql("ALTER SYSTEM SET wal_sender_timeout = '1min'"), reload()};
    if (sender_timeout == 0) {
        in.found.push_back(
            {severity::warning, "wal_sender_timeout", "wal_sender_timeout is 0",
             "the slot of a sync whose machine died stays in use, and no second copy takes over", a_minute});
    } else if (sender_timeout < 5'000) {
        in.found.push_back({severity::warning, "wal_sender_timeout",
                            "wal_sender_timeout is " + std::to_string(sender_timeout) + " ms",
                            "a moment's silence of the network ends the stream", a_minute});
    } else if (sender_timeout > 10 * 60'000) {
        in.found.push_back(
            {severity::advice, "wal_sender_timeout",
             "wal_sender_timeout is " + seconds_text(static_cast<double>(sender_timeout) / 1000),
             "so long a second copy waits for the slot of one whose machine died", a_minute});
    }
}

inline void check_role(const server_checks& in) {
    const auto& server = in.server;
    if (!server.replication) {
        in.found.push_back({severity::error,
                            "replication_right",
                            "role \"" + server.role + "\" may not use replication",
                            "without the right nothing can be followed",
                            {by_sql("ALTER ROLE " + in.role() + " REPLICATION")}});
    }
    // Settings that pgsync overrides in its own sessions (statement_timeout and similar) do not matter here.
    if (in.setting_of_role("default_transaction_read_only") == "on") {
        in.found.push_back({severity::warning,
                            "read_only_role",
                            "transactions of this role are read only",
                            "bootstrap can make no publication",
                            {in.for_role("default_transaction_read_only = off")}});
    }
    const auto lock_timeout = in.number_of_role("lock_timeout", 0);
    if (lock_timeout > 0 && lock_timeout < 1'000) {
        in.found.push_back({severity::advice,
                            "lock_timeout",
                            "lock_timeout of this role is " + std::to_string(lock_timeout) + " ms",
                            "while an ALTER TABLE waits, reading is cancelled and repeated that often",
                            {in.for_role("lock_timeout = 0")}});
    }
    const auto rows = in.catalog.exec(
        "SELECT r.rolconnlimit, d.datconnlimit, r.rolvaliduntil < pg_catalog.now() + interval '14 days', "
        "r.rolvaliduntil::date FROM pg_catalog.pg_roles r, pg_catalog.pg_database d "
        "WHERE r.rolname = current_user AND d.datname = pg_catalog.current_database()");
    if (rows.rows() == 0) return;
    const auto needed = static_cast<long>(in.setting.workers) + 6;
    const auto limited = [&](int column, const std::string& of, const std::string& statement) {
        const auto limit = std::strtol(std::string(rows.get(0, column)).c_str(), nullptr, 10);
        if (server.superuser || limit < 0 || limit >= needed) return;
        in.found.push_back({severity::warning,
                            "connection_limit",
                            of + " may have " + counted(static_cast<std::uint64_t>(limit), "connection"),
                            "bootstrap and sync open up to " + std::to_string(needed),
                            {by_sql(statement + " CONNECTION LIMIT " + std::to_string(needed + 4))}});
    };
    limited(0, "role \"" + server.role + "\"", "ALTER ROLE " + in.role());
    limited(1, "database \"" + server.database + "\"",
            "ALTER DATABASE " + postgres::quote_identifier(server.database));
    if (rows.row(0).flag(2)) {
        in.found.push_back(
            {severity::warning,
             "password_expires",
             "the password of role \"" + server.role + "\" is valid until " + std::string(rows.get(0, 3)),
             "from then on nobody can connect with it; what is connected goes on",
             {by_sql("ALTER ROLE " + in.role() + " VALID UNTIL 'infinity'")}});
    }
}

/// Reports schemas in which others could create functions that would run with this role's rights.
inline void check_search_path(const server_checks& in) {
    const auto about = postgres::read_session(in.catalog);
    for (const auto& schema : about.distrusted) {
        const auto rows = in.catalog.exec_params(
            "SELECT coalesce(r.rolname, '') FROM pg_catalog.pg_namespace n CROSS JOIN LATERAL "
            "pg_catalog.aclexplode(coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) a "
            "LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee WHERE n.nspname = $1 "
            "AND a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner "
            "AND NOT coalesce(r.rolsuper OR r.rolname = current_user, false)",
            {schema});
        std::vector<step> revoke;
        for (int i = 0; i < rows.rows(); ++i) {
            const auto who =
                rows.get(i, 0).empty() ? std::string("PUBLIC") : postgres::quote_identifier(rows.get(i, 0));
            revoke.push_back(
                by_sql("REVOKE CREATE ON SCHEMA " + postgres::quote_identifier(schema) + " FROM " + who));
        }
        if (revoke.empty()) continue;  // pg_temp, or a schema that does not exist
        in.found.push_back({severity::advice, "search_path",
                            "others may create functions in schema \"" + schema + "\" of the search_path",
                            "so functions, operators and types are not looked for there; its tables are",
                            revoke});
    }
}

inline void check_slot(const server_checks& in) {
    const auto& slot = in.slot;
    if (!slot) return;
    if (slot->plugin != postgres::output_plugin(in.server.version) || slot->database != in.server.database)
        return;
    if (slot->lost()) return;
    const bool follows = slot->active_pid != 0;
    const auto retained = postgres::bytes_between(slot->restart, in.current);
    if (retained > much_log) {
        in.found.push_back(
            {severity::warning,
             "log_retained",
             "the server keeps " + bytes_text(retained) + " of WAL for " + in.quoted_slot(),
             follows ? "sync is behind, or a transaction has been open for long"
                     : "no program reads it, and the disk will fill up",
             {follows ? by_hand("see `status` for how far it is, pg_stat_activity for old transactions")
                      : by_command("sync")}});
    }
    if (!postgres::has_wal_status(in.server.version)) return;
    const auto limit = in.number_of_role("max_slot_wal_keep_size", -1);
    const auto more = [&](std::uint64_t megabytes) {
        return std::vector<step>{
            by_sql("ALTER SYSTEM SET max_slot_wal_keep_size = '" + std::to_string(megabytes) + "MB'"),
            reload()};
    };
    if (limit < 0) {
        in.found.push_back({severity::advice, "max_slot_wal_keep_size", "max_slot_wal_keep_size is unlimited",
                            "while no program reads the slot, WAL grows until the disk is full; with a limit "
                            "the slot is invalidated instead, and everything is read again",
                            more(std::max<std::uint64_t>(16'384, 2 * (retained >> 20U)))});
        return;
    }
    const auto rows = in.catalog.exec_params(
        "SELECT safe_wal_size FROM pg_catalog.pg_replication_slots WHERE slot_name = $1", {in.slot_name});
    if (rows.rows() == 0) return;
    const auto safe = std::strtoll(std::string(rows.get(0, 0)).c_str(), nullptr, 10);
    const bool unreserved = slot->wal_status == "unreserved";
    if (!unreserved && (rows.is_null(0, 0) || safe > (limit << 20U) / 2)) return;
    const auto left = unreserved || safe < 0 ? std::uint64_t{0} : static_cast<std::uint64_t>(safe);
    in.found.push_back(
        {unreserved ? severity::error : severity::warning, "slot_in_danger",
         in.quoted_slot() + " is invalidated after " + bytes_text(left) + " more of WAL " +
             "(max_slot_wal_keep_size is " + bytes_text(static_cast<std::uint64_t>(limit) << 20U) + ")",
         "everything would have to be read again",
         more(2 * std::max<std::uint64_t>(static_cast<std::uint64_t>(limit), retained >> 20U) + 1'024)});
}

inline void check_idle_timeout(const server_checks& in) {
    if (!postgres::has_idle_slot_timeout(in.server.version)) return;
    if (in.number_of_role("idle_replication_slot_timeout", 0) == 0) return;
    const auto shown = std::string(
        in.catalog.exec("SELECT pg_catalog.current_setting('idle_replication_slot_timeout')").get(0, 0));
    const bool idle = in.slot && in.slot->active_pid == 0 && in.loaded;
    in.found.push_back({idle ? severity::warning : severity::advice,
                        "idle_replication_slot_timeout",
                        "idle_replication_slot_timeout is " + shown,
                        "a slot that no program reads for that long is invalidated, and everything is read "
                        "again; max_slot_wal_keep_size protects the disk as well",
                        {by_sql("ALTER SYSTEM SET idle_replication_slot_timeout = 0"), reload()}});
}

inline void found_slot(const server_checks& in, std::uint64_t kept, const std::string& name,
                       const std::string& database, bool ours) {
    auto remedy = by_sql("SELECT pg_catalog.pg_drop_replication_slot(" + postgres::quote_literal(name) + ")");
    if (ours) remedy = by_command("teardown --old");  // it refuses to remove what a newer shape has made
    in.found.push_back(
        {kept > much_log ? severity::warning : severity::advice,
         "other_slot",
         "nobody reads slot \"" + name + "\"" +
             (database.empty() ? "" : " of database \"" + database + "\"") + ", for which the server keeps " +
             bytes_text(kept) + " of WAL",
         std::string(ours ? "it is of another shape of this program; if that is" : "if it is") +
             " no longer needed, WAL will fill the disk for nothing",
         {std::move(remedy)}});
}

inline void check_other_slots(const server_checks& in) {
    const auto rows = in.catalog.exec(
        "SELECT slot_name, coalesce(database, ''), restart_lsn::text FROM pg_catalog.pg_replication_slots "
        "WHERE NOT active AND restart_lsn IS NOT NULL ORDER BY 1");
    for (int i = 0; i < rows.rows(); ++i) {
        const std::string name(rows.get(i, 0));
        if (in.used.contains(name)) continue;
        const auto restart = postgres::lsn::parse(rows.get(i, 2)).value_or(postgres::lsn());
        const auto kept = postgres::bytes_between(restart, in.current);
        const std::string database(rows.get(i, 1));
        // Another shape of this program has left more to remove than its slot.
        const bool ours = name == in.setting.name || name.starts_with(in.setting.name + "_");
        found_slot(in, kept, name, database, ours);
    }
}

/// Checks the standby from which documents are read.
inline void check_read_from(const server_checks& in) {
    if (in.setting.read_from == in.setting.database) return;
    postgres::session standby(in.setting.read_from);
    if (standby.exec("SELECT pg_catalog.pg_is_in_recovery()").get(0, 0) != "t") {
        in.found.push_back({severity::warning,
                            "read_from",
                            "--read-from names " + standby.server() + ", which is no standby",
                            "sync refuses it",
                            {by_hand("name a standby of " + in.catalog.server() + ", or leave it out")}});
    } else if (standby.exec("SELECT pg_catalog.current_setting('hot_standby_feedback')").get(0, 0) != "on") {
        in.found.push_back(
            {severity::warning,
             "hot_standby_feedback",
             "hot_standby_feedback is off at " + standby.server(),
             "reading for long is cancelled there, and begun again",
             {by_hand("there: ALTER SYSTEM SET hot_standby_feedback = on; SELECT pg_reload_conf();")}});
    }
}

inline void check_database(const server_checks& in) {
    check_server_settings(in);
    check_role(in);
    check_search_path(in);
    check_slot(in);
    check_idle_timeout(in);
    check_other_slots(in);
    check_read_from(in);
}

}  // namespace pgsync::app::detail
