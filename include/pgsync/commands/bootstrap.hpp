#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/serialize.hpp>

#include <pgsync/base/error.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/metrics.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/base/stop_request.hpp>
#include <pgsync/catalog/publication_facts.hpp>
#include <pgsync/catalog/read_origin.hpp>
#include <pgsync/catalog/server_facts.hpp>
#include <pgsync/catalog/slot_facts.hpp>
#include <pgsync/catalog/table_storage.hpp>
#include <pgsync/catalog/table_uses.hpp>
#include <pgsync/commands/adapt.hpp>
#include <pgsync/commands/builds.hpp>
#include <pgsync/commands/context.hpp>
#include <pgsync/commands/diagnosis/catalog_changes.hpp>
#include <pgsync/commands/diagnosis/check_partitions.hpp>
#include <pgsync/commands/diagnosis/lost_slot.hpp>
#include <pgsync/commands/diagnosis/row_estimate.hpp>
#include <pgsync/commands/diagnosis/set_back.hpp>
#include <pgsync/commands/diagnosis/slot_owner.hpp>
#include <pgsync/commands/progress.hpp>
#include <pgsync/commands/record.hpp>
#include <pgsync/commands/setup/setup.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/postgres/system_identity.hpp>
#include <pgsync/postgres/version.hpp>
#include <pgsync/sink/elastic/dialect.hpp>
#include <pgsync/sink/elastic/stored_id.hpp>
#include <pgsync/store/claim.hpp>
#include <pgsync/store/index_state.hpp>
#if defined(PGSYNC_COMPILED)
#include <pgsync/pipeline/follow.hpp>
#include <pgsync/pipeline/load.hpp>
#else
#include <pgsync/pipeline/initial_load.hpp>
#include <pgsync/pipeline/postgres_pipeline.hpp>
#endif

namespace pgsync::app {

namespace detail {

[[noreturn]] inline void refuse_role(const postgres::server_facts& server) {
    throw error(
        errc::permission, "role \"" + printable(server.role) + "\" may not use replication",
        "have an administrator run: ALTER ROLE " + postgres::quote_identifier(server.role) + " REPLICATION");
}

/// Refuses conditions that would make the load pointless, before anything is created.
inline void check_server(context& in, const postgres::server_facts& server,
                         const std::optional<postgres::slot_facts>& slot,
                         const std::vector<index_state>& states) {
    if (server.wal_level != "logical") {
        throw error(errc::replication,
                    "the server's wal_level is \"" + server.wal_level + "\", not \"logical\"",
                    "ALTER SYSTEM SET wal_level = logical; then restart PostgreSQL");
    }
    if (slot)
        refuse(
            why_unusable(in.setting().name, *slot, server.database, postgres::output_plugin(server.version)));
    if (!slot && server.used_replication_slots >= server.max_replication_slots) {
        throw error(
            errc::replication,
            "no replication slot is free: all " + std::to_string(server.max_replication_slots) +
                " are in use",
            "drop one that is not needed (SELECT * FROM pg_replication_slots WHERE NOT active), or raise "
            "max_replication_slots and restart PostgreSQL");
    }
    for (std::size_t i = 0; i < states.size(); ++i) {
        const auto name = std::string(in.indices()[i].name);
        if (states[i].slot != in.setting().name && !states[i].loaded) {
            throw error(errc::index,
                        "index \"" + name + "\" is still being loaded by the program of slot \"" +
                            states[i].slot + "\"",
                        "let that bootstrap come to its end first");
        }
        // The program that reads the slot now does not know this index and would confirm its changes
        // unwritten.
        if ((!states[i].loaded || states[i].foreign) && slot && slot->active_pid != 0) {
            throw error(errc::replication,
                        "index \"" + name + "\" is to be loaded, but slot \"" + in.setting().name +
                            "\" is in use by the server process " + std::to_string(slot->active_pid),
                        "stop the sync that follows it first; where that is another program, or writes to "
                        "another cluster, choose another --name");
        }
    }
    const bool ours =
        std::any_of(states.begin(), states.end(), [&](const auto& state) { return state.exists; });
    if (slot && !ours) {
        in.warn_once(
            "slot " + in.setting().name +
            " is there, and no index of this program in this cluster follows it; where it is another "
            "program's, or for another cluster, stop here and choose another --name");
    }
}

/// Throws if an index's ingest pipeline does not exist: no document could be written without it.
inline void check_pipelines(context& in) {
    for (const auto& index : in.indices()) {
        if (index.pipeline.empty() || in.search().client().has_pipeline(index.pipeline).value_or(true))
            continue;
        const std::string pipeline(index.pipeline);
        throw error(errc::index,
                    "the ingest pipeline \"" + printable(pipeline) + "\" of index \"" +
                        std::string(index.name) + "\" is not in the cluster",
                    "make it, PUT /_ingest/pipeline/" + pipeline + ", or take `pipeline` out of the index");
    }
}

/// Marks loaded indices as not loaded if the database has changed since then so that their documents must be
/// read again; readers keep them meanwhile. Returns false if another program reads the slot, which then does
/// this itself.
inline bool begin_again_where_changed(context& in, const postgres::shape_report& report,
                                      std::optional<postgres::slot_facts>& slot,
                                      const std::optional<postgres::publication_facts>& publication,
                                      std::vector<index_state>& states, const postgres::server_facts& server,
                                      const postgres::system_identity& identity) {
    const auto& name = in.setting().name;
    const auto now = postgres::read_catalog_state(in.catalog(), postgres::table_uses_of(in.indices()), name);
    auto changes = look_for_changes(in.indices(), states, name, report, now, publication, server);
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < states.size(); ++i) {
        if (!states[i].loaded || states[i].slot != name) continue;
        const bool promoted = states[i].timeline != identity.timeline;
        if (promoted) {
            // WAL that the old primary had not yet sent may already be in the index, and the new timeline's
            // WAL lacks it.
            log::warn(
                "a standby has been promoted (timeline {} became {}): every document of {} is read again",
                states[i].timeline, identity.timeline, in.indices()[i].name);
        }
        if (promoted || changes.lost || changes.indices[i].read_again) which.push_back(i);
    }
    for (const auto& each : changes.conditions) in.warn_once(each.what + "; " + each.why);
    if (which.empty() || in.setting().dry_run) return true;
    if (slot && slot->active_pid != 0) {
        log::info("slot {} is in use by the server process {}: the sync that follows it sees to that",
                  log::slot(name), slot->active_pid);
        return false;
    }
    if (changes.lost) {
        decide_on_loss(in, std::string(in.indices()[which.front()].name), *changes.lost);
        if (slot) {
            in.database().query("SELECT pg_catalog.pg_drop_replication_slot($1)", {name});
            log::info("dropped slot {}, from which nothing can be read any more", log::slot(name));
            slot.reset();
        }
    }
    begin_again(in, which, states);
    return true;
}

/// Records the publication as it is now: what this bootstrap has just changed is no reason to read documents
/// again.
inline void adopt_publication(context& in, std::vector<index_state>& states) {
    const auto& name = in.setting().name;
    if (const auto slot = postgres::read_slot(in.catalog(), name); !slot || slot->active_pid != 0) return;
    const auto now = postgres::read_catalog_state(in.catalog(), {}, name).made_of.publication;
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < states.size(); ++i) {
        const auto& state = states[i];
        if (state.loaded && state.slot == name && state.made_from && state.made_from->publication != now)
            which.push_back(i);
    }
    claim(in.search().client(), in.indices(), which, states);
    for (const auto i : which) {
        states[i].made_from->publication = now;
        remember(in.search().client(), in.indices()[i], states[i]);
    }
}

/// Creates the index, with a body that this cluster understands. On a cluster without vector search vectors
/// become plain numbers.
inline void create_index(context& in, const compiled_index& index, const index_state& state) {
    auto& client = in.search().client();
    const auto names = names_of(index);
    const auto how = in.search().speaks().vectors();
    auto body = creation_body(index, state);
    const bool vectors = elastic::adapt_vectors(body, how);
    if (elastic::adapt_ranges(body, in.search().speaks())) {
        log::warn(
            "{}: this version of the cluster loses shards over date ranges with a format; those with one of "
            "their own stay in the documents and are not indexed",
            names.alias);
    }
    try {
        client.create_index_if_missing(names.index, body);
    } catch (const error& problem) {
        if (!vectors || !elastic::lacks_vectors(problem.what())) throw;
        log::warn(
            "{}: this cluster cannot search vectors ({}); they stay in the documents and are not indexed",
            names.alias,
            how == elastic::vector_search::knn_vector ? "it lacks the k-NN plugin" : "no dense_vector");
        body = creation_body(index, state);
        elastic::adapt_vectors(body, elastic::vector_search::none);
        elastic::adapt_ranges(body, in.search().speaks());
        client.create_index_if_missing(names.index, body);
    }
}

/// Runs a query every 5 s, to show that the connection that holds this bootstrap's turn is alive; see
/// take_turn().
inline void keep_turn(context& in, std::chrono::steady_clock::time_point& last) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last < std::chrono::seconds(5)) return;
    in.database().query("SELECT 1");
    last = now;
}

/// Loads one index, continuing where an earlier attempt stopped.
inline void load_index(context& in, const std::vector<postgres::index_binding>& bindings, std::size_t number,
                       index_state state) {
    const auto& index = in.indices()[number];
    const auto names = names_of(index);
    auto& client = in.search().client();
    const auto save = [&] { remember(client, index, state); };
    // Before the first page: some pages may miss what changes from here on.
    if (!state.made_from && !state.loaded_until) {
        const auto now =
            postgres::read_catalog_state(in.catalog(), postgres::table_uses_of({&index, 1}), state.slot);
        state.made_from = now.made_of;
        save();
    }
    if (!postgres::has_truncate(in.catalog().server_version()) && !state.storage && !state.loaded_until) {
        state.storage = postgres::read_storage(in.catalog(), bindings[number]);
        save();
    }
    const auto before = state.loaded_until ? state.loaded_rows : 0;
    if (state.loaded_until) {
        log::info("{}: resuming the load after key {}", log::index(names.alias), *state.loaded_until);
        in.done().index(names.alias)["resumed_after"] = *state.loaded_until;
    }
    const auto rows = estimate_rows(in.catalog(), bindings[number]);
    progress shown(names.alias, rows, before);
    auto* counts = in.counts().find(index.name);
    const auto count = [&](std::uint64_t done) {
        if (counts != nullptr) counts->rows_loaded.set(static_cast<std::int64_t>(done));
    };
    count(before);
    if (counts != nullptr) counts->rows_to_load.set(static_cast<std::int64_t>(rows));
    const auto stopped = [&in, alive = std::chrono::steady_clock::now()]() mutable {
        keep_turn(in, alive);
        return in.stopped();
    };
    const pipeline::load_hooks hooks{[&] { return in.batcher(); }, [&] { in.search().interrupt(); },
                                     [&](const std::string& key) {
                                         state.loaded_until = key;
                                         state.loaded_rows = shown.done();
                                         save();
                                     },
                                     [&](std::uint64_t rows_done) {
                                         shown.add(rows_done);
                                         count(shown.done());
                                     },
                                     stopped};
    const auto start = std::chrono::steady_clock::now();
    const auto documents = pipeline::load(
        {in.setting().database, in.setting().read_from, in.setting().page_size, in.setting().workers},
        bindings, number, in.clock(), state.loaded_until, hooks);
    shown.finish();
    if (counts != nullptr) counts->rows_to_load.set(counts->rows_loaded.value());
    if (state.orphans_below) {
        log::info("{}: removing documents whose rows are gone", log::index(names.alias));
        progress looked_at(names.alias, 0);
        auto access = in.access();
        access.scan_ids = [scan = access.scan_ids, &looked_at](std::size_t of, std::size_t size,
                                                               const auto& on_ids) {
            scan(of, size, [&](std::span<const elastic::stored_id> ids) {
                on_ids(ids);
                looked_at.add(ids.size());
            });
        };
        pipeline::remove_orphans(in.setting().read_from, bindings, number, *state.orphans_below, in.clock(),
                                 *in.batcher(), access, stopped, in.overdue_fd());
        looked_at.finish();
        state.orphans_below.reset();
    }
    client.put_settings(names.index, serving_settings(index));
    client.refresh(names.index);
    // If readers have another index, it is more recent than this one while its program keeps it in sync.
    if (state.serving.empty()) client.add_alias(names.index, names.alias);
    state.loaded = true;
    state.loaded_until.reset();
    save();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    auto& done = in.done().index(names.alias);
    done["loaded_now"] = true;
    done["documents"] = documents;
    done["seconds"] = seconds;
    log::info("{}: loaded {} documents in {} s ({} a second)", log::index(names.alias), documents,
              log::fixed(seconds, 1),
              log::fixed(static_cast<double>(documents) / std::max(seconds, 0.001), 0));
    if (state.beside) {
        log::info("{}: readers go on with {} until sync has brought {} up to date", names.alias,
                  state.serving, names.index);
    }
}

/// Prints the SQL that is still to be run, ready for psql: first what this role may not run.
inline void print_statements(std::ostream& out, record& done, const postgres::shape_report& report,
                             const std::vector<setup_step>& steps, const postgres::server_facts& server) {
    std::vector<setup_step> by_others;
    for (const auto& right : report.rights) by_others.push_back({right.sql, right.what, false});
    if (!server.replication) {
        by_others.push_back({"ALTER ROLE " + postgres::quote_identifier(server.role) + " REPLICATION",
                             "this role may not stream WAL", false});
    }
    const auto print = [&](const setup_step& step) {
        out << "-- " << step.why << "\n" << step.sql << ";\n\n";
        done.statement(step.sql, step.why, step.own);
    };
    for (const auto& step : steps) {
        if (!step.own) by_others.push_back(step);
    }
    if (!by_others.empty()) {
        out << "-- An administrator has to run, in this order:\n\n";
        for (const auto& step : by_others) print(step);
    }
    out << "-- bootstrap runs, as role " << postgres::quote_identifier(server.role) << ":\n\n";
    for (const auto& step : steps) {
        if (step.own) print(step);
    }
}

inline void print_request(std::ostream& out, context& in, std::string_view method, const std::string& path,
                          const boost::json::value& body) {
    in.done().request(method, path, body);
    out << method << " " << in.search().address() << path << "\n";
    if (!body.is_null()) out << boost::json::serialize(body) << "\n";
    out << "\n";
}

/// Prints what is tried before a new index is built next to the live one.
inline void print_change(std::ostream& out, context& in, const index_names& names, const index_state& state,
                         const in_place_change& change) {
    in.done().index(names.alias)["tried_in_place"] = true;
    const auto print = [&](std::string_view method, const std::string& path, const boost::json::value& body) {
        print_request(out, in, method, path, body);
    };
    out << "-- " << names.alias
        << ": its mapping or settings have changed, not its documents. This is tried first, and is all "
        << "if the cluster can change " << state.serving << " as it is:\n\n";
    print("PUT", in.search().speaks().mapping_path(state.serving), change.mapping);
    if (!change.settings.empty()) print("PUT", "/" + state.serving + "/_settings", change.settings);
    print("POST", cluster::client_type::index_again_path(state.serving), nullptr);
    print("POST", "/_aliases", {{"actions", aliases_in_place(names, state)}});
    out << "-- " << names.alias << ": otherwise what follows, with statements above that it needs\n\n";
}

inline void print_requests(std::ostream& out, context& in, const std::vector<index_state>& states) {
    const auto print = [&](std::string_view method, const std::string& path, const boost::json::value& body) {
        print_request(out, in, method, path, body);
    };
    const auto print_alias = [&](const std::string& index, const std::string& alias) {
        const auto add = elastic::alias_action("add", index, alias);
        print("POST", "/_aliases", {{"actions", boost::json::array{add}}});
    };
    for (std::size_t i = 0; i < states.size(); ++i) {
        const auto& index = in.indices()[i];
        const auto names = names_of(index);
        if (states[i].loaded) {
            out << "-- " << index.name << " is loaded\n\n";
            in.done().index(names.alias)["loaded_now"] = false;
            continue;
        }
        if (const auto change = change_in_place(in, index, states[i]))
            print_change(out, in, names, states[i], *change);
        if (!states[i].exists) {
            auto body = creation_body(index, states[i]);
            elastic::adapt_mapping(body, in.search().speaks());
            print("PUT", "/" + names.index, in.search().speaks().creation_body(body));
        }
        const auto there = states[i].exists ? states[i].index : names.index;
        print_alias(there, there + std::string(keeper_mark) + "…");
        out << "-- pages of " << in.setting().page_size << " documents, bounds first\n"
            << index.first_bounds_query << ";\n"
            << index.next_bounds_query << ";\n"
            << index.page_query << ";\n\n"
            << "POST " << in.search().address() << in.search().speaks().bulk_path(true) << "\n"
            << R"({"index":{"_index":")" << names.write_alias
            << R"(","_id":…,"version":…,"version_type":"external_gte"}})"
            << "\n\n";
        in.done().request("POST", in.search().speaks().bulk_path(true), nullptr);
        print("PUT", "/" + names.index + "/_settings", serving_settings(index));
        if (states[i].serving.empty()) {
            print_alias(names.index, names.alias);
        } else {
            out << "-- readers go on with " << states[i].serving << " until sync has brought " << names.index
                << " up to date\n\n";
        }
    }
}

/// Returns, as SQL, the key of the advisory lock that makes bootstraps of one slot run one at a time.
inline std::string turn_key(context& in) {
    return "('x' || substr(pg_catalog.md5(" + postgres::quote_literal("pgsync bootstrap " + in.base_name()) +
           "), 1, 16))::bit(64)::bigint";
}

/// Waits for this bootstrap's turn: two copies of a program that start together must not both load. An
/// exception ends the turn too, because it closes the context's connection.
inline void take_turn(context& in) {
    const auto sql = "SELECT pg_catalog.pg_try_advisory_lock(" + turn_key(in) + ")::text";
    bool said = false;
    while (in.database().query(sql).at(0).at(0) != "true") {
        // A live holder queries every 5 s, see keep_turn(); one that is idle for a minute is a dead
        // connection.
        in.database().query(
            "SELECT pg_catalog.pg_terminate_backend(l.pid) FROM pg_catalog.pg_locks l "
            "JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid AND a.datname = "
            "pg_catalog.current_database() "
            "WHERE l.locktype = 'advisory' AND l.granted AND (l.classid::bigint << 32) | l.objid::bigint = " +
            turn_key(in) +
            " AND a.state = 'idle' AND a.state_change < pg_catalog.now() - interval '1 minute'");
        if (!std::exchange(said, true))
            log::info("another bootstrap of {} is under way: waiting", in.base_name());
        if (wait_for_stop(in.stop_fd(), std::chrono::milliseconds(500)))
            throw error(errc::interrupted, "stopped while another bootstrap was under way");
    }
}
inline void end_turn(context& in) {
    in.database().query("SELECT pg_catalog.pg_advisory_unlock(" + turn_key(in) + ")");
}

/// Compares the indices with what the slot can still deliver. If changes are lost, the affected indices are
/// reloaded; a completely loaded index is reloaded only with --on-lost-slot=resync.
inline void check_states(context& in, const std::optional<postgres::slot_facts>& slot,
                         const postgres::system_identity& identity, std::vector<index_state>& states) {
    const auto& name = in.setting().name;
    const auto now = where_it_is(in, identity);
    std::vector<std::size_t> lost;
    for (const auto i : indices_of_slot(states, name)) {
        if (states[i].foreign) {
            const auto& its = states[i].owner;
            log::warn(
                "{}: was filled from database \"{}\"{}, and {} adopted; everything is read again, the "
                "index stays in use",
                log::index(in.indices()[i].name), its.database_name,
                its.program.empty() ? "" : " by program \"" + its.program + "\"",
                in.setting().dry_run ? "would be" : "is");
            write_above(in, states[i], now, states);
            states[i].owner = owner_now(in, in.indices()[i], states[i]);
            states[i].timeline = identity.timeline;
            states[i].loaded = false;
            states[i].foreign = false;
            lost.push_back(i);
            continue;
        }
        if (const auto back = why_set_back(std::string(in.indices()[i].name), states[i], now, in.seen())) {
            if (states[i].loaded) decide_on_set_back(in, *back);
            write_above(in, states[i], now, states);
            lost.push_back(i);
            continue;
        }
        const auto why = why_lost(name, slot, states[i]);
        if (!why) continue;
        if (states[i].loaded) decide_on_loss(in, std::string(in.indices()[i].name), *why);
        lost.push_back(i);
    }
    if (!lost.empty() && !in.setting().dry_run) begin_again(in, lost, states);
}

/// Logs which shapes have changed since the indices that readers use were built.
inline void tell_of_changes(context& in, const std::vector<index_state>& states) {
    for (std::size_t i = 0; i < states.size(); ++i) {
        const auto names = names_of(in.indices()[i]);
        if (states[i].serving.empty() || states[i].serving == states[i].index) continue;
        if (in.setting().dry_run && change_in_place(in, in.indices()[i], states[i])) {
            log::info(
                "{}: its mapping or settings have changed, not its documents; the cluster is asked first "
                "whether it can change {} as it is",
                log::index(names.alias), states[i].serving);
            continue;
        }
        if (states[i].serving_copy) {
            log::warn("{}: {}", names.alias, states[i].serving_copy->what);
        } else if (states[i].exists && !states[i].beside) {
            log::info("{}: readers use {}, of another shape; {} is kept up to date beside it", names.alias,
                      states[i].serving, names.index);
        } else {
            log::info(
                "{}: its shape is not that of {}, which readers use; {} is built beside it and streams from "
                "slot {}",
                names.alias, states[i].serving, names.index, states[i].slot);
        }
    }
}

/// Handles a step that failed because tables or the publication were being changed at that moment: if it is
/// then no longer needed, or not in this form, throws errc::changed, which passes. Otherwise rethrows. Call
/// it in a catch block.
[[noreturn]] inline void rethrow_unless_changed(context& in, const setup_step& step,
                                                const postgres::sql_error& problem) {
    if (is_passing(problem.code())) throw;
    const auto& name = in.setting().name;
    const auto now =
        setup_steps(in.check_shapes(), postgres::read_publication(in.catalog(), name),
                    postgres::read_slot(in.catalog(), name), name, postgres::read_server(in.catalog()));
    const auto same = [&](const setup_step& each) { return each.sql == step.sql; };
    if (std::any_of(now.begin(), now.end(), same)) throw;
    throw error(errc::changed, std::string("it was changed at the same moment: ") + problem.what());
}

/// Warns of partitioned tables for which PostgreSQL will refuse the application's updates later if nothing is
/// done.
inline void warn_of_partitions(context& in, const postgres::shape_report& report,
                               const postgres::server_facts& server) {
    for (const auto& each : partition_findings(in.catalog(), report, in.setting().name, server.version))
        log::warn("{}: {}; doctor says what to do", each.what, each.why);
}

/// Finds out what could keep this database from filling the indices, before they are taken from the database
/// that fills them now.
inline void check_adopting(context& in, const postgres::server_facts& server,
                           const postgres::shape_report& report, const std::vector<index_state>& states) {
    const auto& name = in.setting().name;
    const auto slot = postgres::read_slot(in.catalog(), name);
    check_server(in, server, slot, states);
    check_pipelines(in);
    refuse_missing(setup_steps(report, postgres::read_publication(in.catalog(), name), slot, name, server));
}

}  // namespace detail

/// Creates whatever is missing, in an order that loses nothing and that a later run can resume anywhere:
/// index, replica identities, publication, slot, then the load. `out` receives what a dry run prints.
inline void bootstrap(context& in, std::ostream& out) {
    in.counts().enter(metrics::phase::loading);
    const auto report = in.check_shapes();
    const auto server = postgres::read_server(in.catalog());
    auto& client = in.search().client();
    if (!server.replication && !in.setting().dry_run) detail::refuse_role(server);
    const auto identity = server.replication ? in.identify() : postgres::system_identity{};
    if (!in.setting().dry_run) detail::take_turn(in);
    auto states = find_build(in);  // for the slot's name; refuses foreign indices before anything is created
    refuse_impossible(report, postgres::read_publication(in.catalog(), in.setting().name), in.setting().name,
                      server.version);
    detail::warn_of_partitions(in, report, server);
    for (std::size_t i = 0; i < states.size(); ++i) {
        require_open(states[i]);
        if (states[i].exists) check_writes(client, in.indices()[i]);
    }
    if (in.setting().adopt && !in.setting().dry_run) detail::check_adopting(in, server, report, states);
    for (std::size_t i = 0; i < states.size() && !in.setting().dry_run; ++i) {
        const auto waiting = [&in, alive = std::chrono::steady_clock::now()]() mutable {
            detail::keep_turn(in, alive);
        };
        if (!adapt_in_place(in, in.indices()[i], states[i], waiting)) continue;
        in.done().index(in.indices()[i].name)["changed_in_place"] = true;
        states = find_build(in);
    }
    const auto& name = in.setting().name;
    in.done()["slot"] = name;
    if (postgres::has_publications(server.version)) in.done()["publication"] = name;
    in.done()["dry_run"] = in.setting().dry_run;
    if (!server.replication) {
        const auto publication = postgres::read_publication(in.catalog(), name);
        const auto found = postgres::read_slot(in.catalog(), name);
        return detail::print_statements(out, in.done(), report,
                                        setup_steps(report, publication, found, name, server), server);
    }
    // Read the slot before the states, see why_lost().
    auto slot = postgres::read_slot(in.catalog(), name);
    states = find_build(in);
    detail::check_states(in, slot, identity, states);
    detail::tell_of_changes(in, states);
    detail::check_server(in, server, slot, states);
    detail::check_pipelines(in);
    if (slot && slot->lost() && !in.setting().dry_run) {
        in.database().query("SELECT pg_catalog.pg_drop_replication_slot($1)", {name});
        log::info("dropped slot {}, which was invalid", log::slot(name));
        slot.reset();
    }
    const auto publication = postgres::read_publication(in.catalog(), name);
    if (!in.setting().dry_run &&
        std::any_of(states.begin(), states.end(), [](const auto& state) { return state.loaded; }))
        refuse_missing(setup_steps(report, publication, slot, name, server));
    detail::begin_again_where_changed(in, report, slot, publication, states, server, identity);
    const auto steps = setup_steps(report, publication, slot, name, server);
    if (in.setting().dry_run) {
        detail::print_statements(out, in.done(), report, steps, server);
        return detail::print_requests(out, in, states);
    }

    for (std::size_t i = 0; i < states.size(); ++i) {
        if (states[i].exists) continue;
        const auto names = names_of(in.indices()[i]);
        log::info("creating index {} for alias {}", names.index, log::index(names.alias));
        detail::create_index(in, in.indices()[i], states[i]);
        // An earlier attempt may have been killed with its request on the way, or another program was faster.
        states[i] = find_index(client, in.indices()[i]);
        client.wait_ready(names.index);
    }
    // The slot comes last: an unused one would make the server keep WAL forever.
    for (const auto& step : steps) {
        try {
            run_step(in.database(), step, [&] { return in.stopped(); });
        } catch (const postgres::sql_error& problem) {
            detail::rethrow_unless_changed(in, step, problem);
        }
        in.done().statement(step.sql, step.why);
    }
    if (!steps.empty()) detail::adopt_publication(in, states);
    bool waited = false;
    for (std::size_t i = 0; i < states.size(); ++i) {
        if (states[i].loaded) {
            log::info("{}: already loaded", log::index(in.indices()[i].name));
            (void)in.done().index(in.indices()[i].name).emplace("loaded_now", false);
            continue;
        }
        if (!waited) {
            slot = postgres::read_slot(in.catalog(), name);
            wait_for_running_transactions(in.database(), [&] { return in.stopped(); });
            postgres::session start(in.setting().database, in.overdue_fd());
            postgres::advance_log(start);
            if (in.setting().read_from != in.setting().database)
                in.clock().read_from_standby(postgres::flushed_position(start));
            waited = true;
        }
        claim(client, in.indices(), {i}, states);
        // From here on it can be detected that this load and the slot no longer belong together.
        if (!states[i].written && slot) {
            states[i].written = slot->confirmed;
            states[i].owner = owner_now(in, in.indices()[i], states[i]);
            states[i].timeline = identity.timeline;
            remember(client, in.indices()[i], states[i]);
        }
        detail::load_index(in, report.bindings, i, states[i]);
    }
    detail::end_turn(in);
}

}  // namespace pgsync::app
