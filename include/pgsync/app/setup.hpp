#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <pgsync/error.hpp>
#include <pgsync/log.hpp>
#include <pgsync/postgres/connection.hpp>
#include <pgsync/postgres/publication_facts.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/server_facts.hpp>
#include <pgsync/postgres/shape_check.hpp>
#include <pgsync/postgres/slot_facts.hpp>
#include <pgsync/postgres/snapshot_set.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/postgres/version.hpp>

/// What bootstrap does in the database, in the order that loses nothing: replica identities, publication,
/// slot.
namespace pgsync::app {

/// One statement and why it is needed.
struct setup_step {
    std::string sql;
    std::string why;
    bool own = true;  ///< this role may run it
};

/// What of a table a publication names: from version 13 on a partitioned table brings its partitions along,
/// also those to come; before, each has to be named.
[[nodiscard]] inline std::vector<std::string> publishable(const postgres::followed_table& table, int server) {
    if (table.partitions.empty() || postgres::has_via_root(server)) return {table.quoted_name};
    std::vector<std::string> names;
    for (const auto& part : table.partitions) names.push_back(part.quoted_name);
    return names;
}

[[nodiscard]] inline bool publishes(const postgres::publication_facts& publication,
                                    const postgres::followed_table& table) {
    if (publication.publishes(table.oid)) return true;
    const auto& named = publication.tables;
    if (std::find(named.begin(), named.end(), table.oid) != named.end()) return true;
    return !table.partitions.empty() &&
           std::all_of(table.partitions.begin(), table.partitions.end(),
                       [&](const auto& part) { return publication.publishes(part.oid); });
}

/// What is missing in the publication, or all of it.
inline void add_publication_steps(std::vector<setup_step>& steps, const postgres::shape_report& report,
                                  const std::optional<postgres::publication_facts>& publication,
                                  const std::string& name, const postgres::server_facts& server) {
    const bool owns_tables = std::all_of(report.tables.begin(), report.tables.end(),
                                         [](const auto& table) { return table.owned; });
    const auto quoted = postgres::quote_identifier(name);
    if (!publication) {
        std::string list;
        for (const auto& table : report.tables) {
            for (const auto& each : publishable(table, server.version))
                list += (list.empty() ? "" : ", ") + each;
        }
        // No column lists: they would make an application's UPDATE fail once somebody sets REPLICA IDENTITY
        // FULL.
        steps.push_back({"CREATE PUBLICATION " + quoted + " FOR TABLE " + list,
                         "says which tables are followed", owns_tables && server.may_create_in_database});
        return;
    }
    for (const auto& table : report.tables) {
        const auto& narrowed = publication->narrowed;
        if (std::find(narrowed.begin(), narrowed.end(), table.oid) != narrowed.end()) {
            steps.push_back({"ALTER PUBLICATION " + quoted + " DROP TABLE " + table.quoted_name,
                             "the publication has only some of its rows or columns", publication->owned});
        } else if (publishes(*publication, table)) {
            continue;
        }
        for (const auto& each : publishable(table, server.version)) {
            steps.push_back({"ALTER PUBLICATION " + quoted + " ADD TABLE " + each,
                             "the publication lacks this table", publication->owned && table.owned});
        }
    }
    const bool truncate = postgres::has_truncate(server.version);
    if (!publication->publishes_insert || !publication->publishes_update || !publication->publishes_delete ||
        (truncate && !publication->publishes_truncate)) {
        steps.push_back({"ALTER PUBLICATION " + quoted + " SET (publish = 'insert, update, delete" +
                             (truncate ? ", truncate')" : "')"),
                         "the publication leaves out a kind of change", publication->owned});
    }
}

/// Everything still missing in the database, in order. Statements that are there already are not listed.
[[nodiscard]] inline std::vector<setup_step> setup_steps(
    const postgres::shape_report& report, const std::optional<postgres::publication_facts>& publication,
    const std::optional<postgres::slot_facts>& slot, const std::string& name,
    const postgres::server_facts& server) {
    std::vector<setup_step> steps;
    for (const auto& table : report.identities) {
        steps.push_back({"ALTER TABLE " + table.quoted_name + " REPLICA IDENTITY FULL",
                         "so that the old value of " + table.columns + " is in the log", table.owned});
    }
    // Without publications the slot tells of every table.
    if (postgres::has_publications(server.version))
        add_publication_steps(steps, report, publication, name, server);
    if (!slot) {
        // A slot that standbys keep as well outlives a failover.
        steps.push_back({"SELECT pg_catalog.pg_create_logical_replication_slot(" +
                             postgres::quote_literal(name) + ", '" +
                             std::string(postgres::output_plugin(server.version)) + "'" +
                             (postgres::has_failover_slots(server.version) ? ", failover => true)" : ")"),
                         "keeps the log from here on until it is in the index"});
    }
    return steps;
}

/// For indices that are loaded and only follow: throws where anything is missing. What is missing now may
/// have been missing for a while, and nobody knows which changes it cost.
inline void refuse_missing(const std::vector<setup_step>& missing) {
    if (missing.empty()) return;
    std::string all;
    for (const auto& step : missing) all += "\n  " + step.sql + ";  -- " + step.why;
    throw error(errc::replication, "the database is not set up as these shapes need it:" + all,
                "changes may have gone unseen; run teardown, then bootstrap");
}

/// Runs one step. An ALTER TABLE waits for its lock only a moment at a time, so that no busy application
/// queues up behind it.
inline void run_step(postgres::admin_connection& database, const setup_step& step,
                     const std::function<bool()>& stopped) {
    log::info("{}", step.sql);
    auto told = std::chrono::steady_clock::now();
    database.execute("SET lock_timeout = '500ms'");
    while (true) {
        try {
            database.execute(step.sql);
            break;
        } catch (const postgres::sql_error& problem) {
            if (problem.sqlstate() == "42501") {
                throw error(
                    errc::permission, "this role may not run: " + step.sql + " (" + problem.what() + ")",
                    "have an administrator run what `bootstrap --dry-run` prints, then run bootstrap again");
            }
            // A bootstrap that was killed may have left it under way. What it made is looked at by sync.
            if (problem.sqlstate() == "42710") break;
            if (problem.sqlstate() != "55P03") throw;
        }
        if (stopped()) throw error(errc::interrupted, "stopped while waiting for a lock: " + step.sql);
        if (std::chrono::steady_clock::now() - told > std::chrono::seconds(5)) {
            told = std::chrono::steady_clock::now();
            log::info("still waiting for a lock, a moment at a time: {}", step.sql);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    database.execute("RESET lock_timeout");
}

/// Waits until every transaction in progress now has ended: what they wrote is then visible to the pages of
/// the load, whether or not the slot and the publication have seen it.
inline void wait_for_running_transactions(postgres::admin_connection& database,
                                          const std::function<bool()>& stopped) {
    const auto sql = "SELECT " +
                     std::string(postgres::function_names(database.server_version()).current_snapshot) +
                     "::text";
    const auto snapshot = [&] {
        const auto rows = database.query(sql);
        const auto parsed = postgres::snapshot_set::parse(rows.at(0).at(0).value_or(""));
        if (!parsed) throw error(errc::protocol, "the server does not describe its snapshot");
        return *parsed;
    };
    const auto until = snapshot().xmax();
    auto told = std::chrono::steady_clock::now();
    while (snapshot().xmin() < until) {
        if (stopped())
            throw error(errc::interrupted, "stopped while waiting for running transactions to end");
        if (std::chrono::steady_clock::now() - told > std::chrono::seconds(5)) {
            told = std::chrono::steady_clock::now();
            std::string who;
            for (const auto& row : database.query(
                     "SELECT pid::text, coalesce(usename, '?'), (now() - xact_start)::interval(0)::text "
                     "FROM pg_catalog.pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> "
                     "pg_backend_pid() "
                     "ORDER BY xact_start LIMIT 3")) {
                who += (who.empty() ? "" : "; ") + std::string("pid ") + row.at(0).value_or("?") + " of " +
                       row.at(1).value_or("?") + " for " + row.at(2).value_or("?");
            }
            log::info("waiting for transactions that were running before the load: {}",
                      who.empty() ? "unknown" : who);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

}  // namespace pgsync::app
