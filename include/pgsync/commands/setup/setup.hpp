#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/catalog/identity_plan.hpp>
#include <pgsync/catalog/open_transactions.hpp>
#include <pgsync/catalog/publication_facts.hpp>
#include <pgsync/catalog/server_facts.hpp>
#include <pgsync/catalog/shape_check.hpp>
#include <pgsync/catalog/slot_facts.hpp>
#include <pgsync/catalog/table_publications.hpp>
#include <pgsync/commands/setup/attended.hpp>
#include <pgsync/commands/setup/waited_for.hpp>
#include <pgsync/postgres/connection.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/snapshot_set.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/postgres/version.hpp>

/// What bootstrap does in the database, in an order that loses nothing: replica identities, publication,
/// slot.
namespace pgsync::app {

/// What a setup step may wait for, and what has to wait behind it meanwhile.
enum class step_waits : std::uint8_t {
    tables,        ///< table locks, behind which the application, or its ALTER TABLE, queues up
    transactions,  ///< transactions that have written, in turn; nothing waits behind it
};

/// One statement, and why it is needed.
struct setup_step {
    std::string sql;
    std::string why;
    bool own = true;            ///< this role may run it
    bool concurrently = false;  ///< does not block writes while it waits, and must not be interrupted
    step_waits waits = step_waits::tables;
};

/// A table, and the plan for its replica identity.
struct planned_identity {
    const postgres::identity_need* need = nullptr;
    postgres::identity_plan plan;
};

/// Returns the publications that publish a table, except the one named `own`.
[[nodiscard]] inline std::vector<postgres::table_publication> other_publications(
    const postgres::shape_report& report, std::uint32_t table, std::string_view own) {
    std::vector<postgres::table_publication> out;
    for (const auto& each : report.publications) {
        if (each.table == table && each.name != own) out.push_back(each);
    }
    return out;
}

[[nodiscard]] inline std::vector<planned_identity> plan_identities(const postgres::shape_report& report,
                                                                   const std::string& name, int server) {
    std::vector<planned_identity> out;
    for (const auto& need : report.identities) {
        const auto others = other_publications(report, need.table.oid, name);
        out.push_back({&need, postgres::plan_identity(need.table, need.columns, server, others)});
    }
    return out;
}

/// Returns why our publication must not publish every kind of change: tables outside the shapes would have
/// updates refused, or would be streamed for nothing.
[[nodiscard]] inline std::optional<postgres::refusal> why_not_publish_all(
    const postgres::shape_report& report, const std::optional<postgres::publication_facts>& publication,
    const std::string& name, int server) {
    if (!publication || (publication->publishes_update && publication->publishes_delete)) return std::nullopt;
    const auto is_ours = [&](std::uint32_t oid) {
        return std::any_of(report.tables.begin(), report.tables.end(), [&](const auto& table) {
            return table.oid == oid || std::any_of(table.partitions.begin(), table.partitions.end(),
                                                   [&](const auto& part) { return part.oid == oid; });
        });
    };
    std::string names;
    for (std::size_t i = 0; i < publication->published.size(); ++i) {
        if (!is_ours(publication->published[i])) names += (names.empty() ? "" : ", ") + publication->names[i];
    }
    if (names.empty()) return std::nullopt;
    return postgres::refusal{
        "the publication leaves out updates or deletes, and publishes other tables as well (" + names +
            "), whose updates PostgreSQL might refuse once they are published",
        // No table can be removed from a publication FOR ALL TABLES.
        publication->all_tables
            ? "see to it that each of those has a replica identity or is never updated, and then ALTER "
              "PUBLICATION " +
                  postgres::quote_identifier(name) + " SET (publish = 'insert, update, delete" +
                  (postgres::has_truncate(server) ? ", truncate')" : "')") + ", or choose another --name"
            : "choose another --name, or take those tables from the publication"};
}

/// Something that cannot be set up without making PostgreSQL refuse the application's writes.
struct setup_obstacle : postgres::refusal {
    bool sync_starts = false;  ///< the writes are refused already, so sync misses none and starts
};

/// Returns everything that cannot be set up without making PostgreSQL refuse the application's writes.
[[nodiscard]] inline std::vector<setup_obstacle> impossible_setup(
    const postgres::shape_report& report, const std::optional<postgres::publication_facts>& publication,
    const std::string& name, int server) {
    std::vector<setup_obstacle> out;
    for (const auto& each : plan_identities(report, name, server)) {
        if (each.plan.impossible) out.push_back({*each.plan.impossible, each.plan.missing.empty()});
    }
    if (const auto why = why_not_publish_all(report, publication, name, server)) out.push_back({*why, false});
    return out;
}

/// The same for indices that are loaded and only need changes: throws if changes would be missed. If
/// PostgreSQL refuses the writes anyway there are none to miss; that is logged, and everything else goes on.
inline void warn_impossible(const postgres::shape_report& report, const std::string& name, int server) {
    for (const auto& [need, plan] : plan_identities(report, name, server)) {
        if (!plan.impossible) continue;
        if (!plan.missing.empty())
            throw error(errc::replication, plan.impossible->why, plan.impossible->remedy);
        log::warn("{}; {}", plan.impossible->why, plan.impossible->remedy);
    }
}

/// Throws, before anything is changed, if the database cannot be set up without breaking the application.
inline void refuse_impossible(const postgres::shape_report& report,
                              const std::optional<postgres::publication_facts>& publication,
                              const std::string& name, int server) {
    const auto all = impossible_setup(report, publication, name, server);
    if (all.empty()) return;
    std::string what;
    std::string remedy;
    for (const auto& each : all) {
        what += "\n  - " + each.why;
        remedy += "\n  - " + each.remedy;
    }
    throw error(errc::replication,
                "the application's writes would be refused, so nothing was changed:" + what,
                "one of these for each:" + remedy);
}

/// Returns the names of a table that a publication needs. From version 13 on a partitioned table includes its
/// partitions, also future ones; before, each must be named.
[[nodiscard]] inline std::vector<std::string> publishable(const postgres::followed_table& table, int server) {
    if (table.partitions.empty() || postgres::has_via_root(server)) return {table.quoted_name};
    std::vector<std::string> names;
    for (const auto& part : table.partitions) names.push_back(part.quoted_name);
    return names;
}

[[nodiscard]] inline bool publishes(const postgres::publication_facts& publication,
                                    const postgres::followed_table& table) {
    if (publication.publishes(table.oid)) return true;
    // For such a publication the server lists only partitions.
    if (publication.all_tables && table.partitioned && table.partitions.empty()) return true;
    const auto& named = publication.tables;
    if (std::find(named.begin(), named.end(), table.oid) != named.end()) return true;
    return !table.partitions.empty() &&
           std::all_of(table.partitions.begin(), table.partitions.end(),
                       [&](const auto& part) { return publication.publishes(part.oid); });
}

/// Returns true if the publication does not send every kind of change that the server knows.
[[nodiscard]] inline bool leaves_out_operations(const postgres::publication_facts& publication, int server) {
    return !publication.publishes_insert || !publication.publishes_update || !publication.publishes_delete ||
           (postgres::has_truncate(server) && !publication.publishes_truncate);
}

/// Returns true if TRUNCATE of a single partition is not sent, because of publish_via_partition_root.
[[nodiscard]] inline bool hides_leaf_truncate(const postgres::publication_facts& publication,
                                              const postgres::shape_report& report) {
    return publication.via_root && std::any_of(report.tables.begin(), report.tables.end(),
                                               [](const auto& table) { return !table.partitions.empty(); });
}

/// Adds steps that remove restrictions from our publication before replica identities change: row filters,
/// column lists, unpublished generated columns. With these PostgreSQL would refuse updates under the new
/// identities.
inline void add_widening_steps(std::vector<setup_step>& steps, const postgres::shape_report& report,
                               const std::optional<postgres::publication_facts>& publication,
                               const std::string& name, bool generated) {
    if (!publication) return;
    const auto quoted = postgres::quote_identifier(name);
    if (generated && !publication->stored_generated) {
        steps.push_back({"ALTER PUBLICATION " + quoted + " SET (publish_generated_columns = stored)",
                         "PostgreSQL refuses updates of a table whose replica identity has generated columns "
                         "that are not published",
                         publication->owned});
    }
    const auto& narrowed = publication->narrowed;
    for (const auto& table : report.tables) {
        if (std::find(narrowed.begin(), narrowed.end(), table.oid) == narrowed.end()) continue;
        steps.push_back({"ALTER PUBLICATION " + quoted + " DROP TABLE " + table.quoted_name,
                         "the publication has only some of its rows or columns", publication->owned});
    }
}

inline void add_identity_steps(std::vector<setup_step>& steps, const std::vector<planned_identity>& planned) {
    for (const auto& [need, plan] : planned) {
        const auto why =
            plan.missing.empty()
                ? std::string("so that PostgreSQL takes its updates and deletes once it is published")
                : "so that the old value of " + plan.missing + " is in WAL";
        for (const auto& each : plan.statements)
            steps.push_back({each.sql, why, need->table.owned, each.concurrently,
                             each.concurrently ? step_waits::transactions : step_waits::tables});
    }
}

/// Adds steps for what the publication lacks, or to create it.
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
        // Without column lists, and with stored generated columns: otherwise the application's UPDATEs would
        // fail once a table gets REPLICA IDENTITY FULL, or a generated column while it has that.
        const std::string generated = postgres::has_published_generated_columns(server.version)
                                          ? " WITH (publish_generated_columns = stored)"
                                          : "";
        // Sent as one statement, so that the publication never exists without its mark; see publication_mark.
        steps.push_back({"CREATE PUBLICATION " + quoted + " FOR TABLE " + list + generated +
                             "; COMMENT ON PUBLICATION " + quoted + " IS " +
                             postgres::quote_literal(postgres::publication_mark),
                         "says which tables are followed", owns_tables && server.may_create_in_database});
        return;
    }
    for (const auto& table : report.tables) {
        const auto& narrowed = publication->narrowed;
        const bool narrow = std::find(narrowed.begin(), narrowed.end(), table.oid) != narrowed.end();
        if (!narrow && publishes(*publication, table)) continue;  // narrowed tables have been taken out above
        for (const auto& each : publishable(table, server.version)) {
            steps.push_back({"ALTER PUBLICATION " + quoted + " ADD TABLE " + each,
                             "the publication lacks this table", publication->owned && table.owned});
        }
    }
    const bool truncate = postgres::has_truncate(server.version);
    if (hides_leaf_truncate(*publication, report)) {
        steps.push_back({"ALTER PUBLICATION " + quoted + " SET (publish_via_partition_root = false)",
                         "so that a TRUNCATE of one partition is sent", publication->owned});
    }
    if (leaves_out_operations(*publication, server.version)) {
        steps.push_back({"ALTER PUBLICATION " + quoted + " SET (publish = 'insert, update, delete" +
                             (truncate ? ", truncate')" : "')"),
                         "the publication leaves out a kind of change", publication->owned});
    }
}

/// Returns everything that is missing in the database, in order: wherever setup stops, no write is refused
/// that was not refused before. Steps that are already done are not listed.
[[nodiscard]] inline std::vector<setup_step> setup_steps(
    const postgres::shape_report& report, const std::optional<postgres::publication_facts>& publication,
    const std::optional<postgres::slot_facts>& slot, const std::string& name,
    const postgres::server_facts& server) {
    std::vector<setup_step> steps;
    const auto planned = plan_identities(report, name, server.version);
    const bool generated = std::any_of(planned.begin(), planned.end(),
                                       [](const auto& each) { return each.plan.publish_generated; });
    add_widening_steps(steps, report, publication, name, generated);
    add_identity_steps(steps, planned);
    // Without publications the slot delivers changes of every table.
    if (postgres::has_publications(server.version))
        add_publication_steps(steps, report, publication, name, server);
    if (!slot) {
        // A slot that standbys synchronise survives a failover.
        steps.push_back(
            {"SELECT pg_catalog.pg_create_logical_replication_slot(" + postgres::quote_literal(name) + ", '" +
                 std::string(postgres::output_plugin(server.version)) + "'" +
                 (postgres::has_failover_slots(server.version) ? ", failover => true)" : ")"),
             "keeps the WAL from here on until it is in the index", true, false, step_waits::transactions});
    }
    return steps;
}

/// Throws if something is missing that this role may not set up. Which changes were lost because of that is
/// determined once it is there.
inline void refuse_missing(const std::vector<setup_step>& missing) {
    std::string all;
    for (const auto& step : missing) {
        if (!step.own) all += "\n  " + step.sql + ";  -- " + step.why;
    }
    if (all.empty()) return;
    throw error(
        errc::permission,
        "the database is not set up as these shapes need it, and this role may not change that:" + all,
        "have an administrator run these, then start again: readers keep the index, and documents that "
        "changes were lost for are read again");
}

/// Returns how long an attempt of a step may wait for its lock; 0: without limit.
///
/// The whole application queues up behind a waiting ALTER TABLE. And a publication, which locks one table
/// after the other, can deadlock with a migration, which the server may then abort. So both are tried for
/// less than deadlock_timeout at a time. But an autovacuum only yields to a statement that has waited for
/// deadlock_timeout, and without that a VACUUM of a large table would have to be waited out: so every third
/// attempt is longer.
///
/// Nothing queues up behind the creation of a slot. It waits for every transaction that is running when it
/// starts, and then for those that have started meanwhile; if it were given up half-way it would start again
/// with other transactions, and on a busy server never end.
[[nodiscard]] constexpr std::chrono::milliseconds lock_timeout_of(
    step_waits waits, int attempt, std::chrono::milliseconds deadlock_timeout) {
    constexpr std::chrono::milliseconds moment(500);
    constexpr std::chrono::milliseconds to_give_way(200);  // for an autovacuum that was just asked to
    if (waits == step_waits::transactions) return std::chrono::milliseconds(0);
    if (attempt % 3 != 0) return std::clamp(deadlock_timeout / 2, std::chrono::milliseconds(1), moment);
    return deadlock_timeout + to_give_way;
}

/// Returns the pause after an attempt, in which an application that queued up behind it can proceed.
[[nodiscard]] constexpr std::chrono::milliseconds pause_after(int attempt) {
    constexpr std::chrono::milliseconds longest(2'000);
    return std::min(longest, std::chrono::milliseconds(200) * attempt);
}

namespace detail {

/// Returns the transactions that were open when the creation of a slot started, `waited` ago; those that it
/// waits for at present come first.
inline std::vector<postgres::open_transaction> waited_for_by_slot(
    const std::vector<postgres::open_transaction>& now, const std::vector<postgres::open_transaction>& open,
    std::chrono::seconds waited) {
    auto out = now;
    for (const auto& each : open) {
        const bool known = std::any_of(now.begin(), now.end(),
                                       [&](const auto& other) { return other.xid && other.xid == each.xid; });
        if (!known && each.seconds && *each.seconds >= waited.count()) out.push_back(each);
    }
    return out;
}

/// Lets the server notice if this program is killed while the server creates a slot, so that no slot is left
/// behind. Before version 14 the server continues, and the next bootstrap waits for that; see take_turn().
inline void notice_lost_client(postgres::admin_connection& database) {
    if (!postgres::has_client_check(database.server_version())) return;
    try {
        database.execute("SET client_connection_check_interval = '5s'");
    } catch (const postgres::sql_error& problem) {
        log::debug("{}", problem.what());  // not every operating system supports it
    }
}

}  // namespace detail

/// Runs one step, and logs every few seconds what it waits for. A stop cancels it; a half-created slot is
/// then removed.
inline void run_step(postgres::admin_connection& database, const setup_step& step,
                     const std::function<bool()>& stopped) {
    log::info("{}", step.sql);
    const auto deadlock_timeout = std::chrono::milliseconds(std::stoll(
        database.query("SELECT setting FROM pg_catalog.pg_settings WHERE name = 'deadlock_timeout'")
            .at(0)
            .at(0)
            .value_or("1000")));
    const bool slot = step.waits == step_waits::transactions && !step.concurrently;
    if (slot) detail::notice_lost_client(database);
    const attendant with(database, stopped, [&](postgres::session& session, std::chrono::seconds waited) {
        const auto blockers = postgres::read_blockers(session, database.pid());
        if (!slot) {
            if (!blockers.empty()) log::info("waiting for a lock, which is held by {}", list_of(blockers));
            return !blockers.empty();
        }
        const auto all =
            detail::waited_for_by_slot(blockers, postgres::read_open_transactions(session), waited);
        if (!all.empty())
            log::info("the slot is made once transactions have ended that ran before it: {}", list_of(all));
        return !all.empty();
    });
    auto told = std::chrono::steady_clock::now();
    if (step.concurrently) log::info("this waits for running transactions, and blocks no writes");
    for (int attempt = 1;; ++attempt) {
        const auto limit = lock_timeout_of(step.waits, attempt, deadlock_timeout);
        try {
            database.execute("SET lock_timeout = " + std::to_string(limit.count()));
            database.execute(step.sql);
            break;
        } catch (const postgres::sql_error& problem) {
            if (problem.sqlstate() == "42501") {
                throw error(
                    errc::permission, "this role may not run: " + step.sql + " (" + problem.what() + ")",
                    "have an administrator run what `bootstrap --dry-run` prints, then run bootstrap again");
            }
            // A killed bootstrap may have left this step running. sync checks what it created.
            if (problem.sqlstate() == "42710" || (step.concurrently && problem.sqlstate() == "42P07")) break;
            const bool not_now = problem.sqlstate() == "55P03" || problem.sqlstate() == "40P01";
            const bool cancelled = problem.sqlstate() == "57014" && stopped();
            if (!not_now && !cancelled) throw;
        }
        if (std::chrono::steady_clock::now() - told > std::chrono::seconds(5)) {
            told = std::chrono::steady_clock::now();
            log::info("still waiting for a lock, a moment at a time: {}", step.sql);
        }
        const auto until = std::chrono::steady_clock::now() + pause_after(attempt);
        do {
            if (stopped()) throw error(errc::interrupted, "stopped while this waited: " + step.sql);
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        } while (std::chrono::steady_clock::now() < until);
    }
    if (stopped()) throw error(errc::interrupted, "stopped after: " + step.sql);
    database.execute("RESET lock_timeout");
}

/// Waits until every transaction that is in progress now has ended. What they wrote is then visible to the
/// pages of the load, whether or not the slot and the publication have seen it. Logs every few seconds which
/// are left.
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
    std::optional<postgres::session> session;
    auto told = std::chrono::steady_clock::now();
    while (true) {
        const auto now = snapshot();
        if (now.xmin() >= until) return;
        if (stopped())
            throw error(errc::interrupted, "stopped while waiting for running transactions to end");
        if (std::chrono::steady_clock::now() - told > std::chrono::seconds(3)) {
            told = std::chrono::steady_clock::now();
            if (!session) session.emplace(database.conninfo());
            auto open = postgres::read_open_transactions(*session);
            std::erase_if(open, [&](const auto& each) {
                return !each.xid || now.visible(*each.xid) || now.extend(*each.xid) >= until;
            });
            if (!open.empty())
                log::info("waiting for transactions that were running before the load: {}", list_of(open));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

}  // namespace pgsync::app
