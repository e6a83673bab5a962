#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iostream>
#include <mutex>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/base/finding.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/metrics.hpp>
#include <pgsync/base/stop_request.hpp>
#include <pgsync/catalog/publication_facts.hpp>
#include <pgsync/catalog/read_identity.hpp>
#include <pgsync/catalog/read_join_keys.hpp>
#include <pgsync/catalog/read_origin.hpp>
#include <pgsync/catalog/server_facts.hpp>
#include <pgsync/catalog/shape_check.hpp>
#include <pgsync/catalog/slot_facts.hpp>
#include <pgsync/catalog/table_storage.hpp>
#include <pgsync/catalog/table_uses.hpp>
#include <pgsync/commands/bootstrap.hpp>
#include <pgsync/commands/builds.hpp>
#include <pgsync/commands/context.hpp>
#include <pgsync/commands/diagnosis/catalog_changes.hpp>
#include <pgsync/commands/diagnosis/lost_slot.hpp>
#include <pgsync/commands/diagnosis/set_back.hpp>
#include <pgsync/commands/diagnosis/slot_owner.hpp>
#include <pgsync/commands/swap.hpp>
#include <pgsync/pipeline/follow.hpp>
#include <pgsync/pipeline/read_transaction.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/postgres/system_identity.hpp>
#include <pgsync/postgres/version.hpp>
#include <pgsync/queue/batch.hpp>
#include <pgsync/store/claim.hpp>
#include <pgsync/store/index_state.hpp>

namespace pgsync::app {

namespace detail {

/// Waits until no other process reads the slot: one streams, the others stand by. Returns false if asked to
/// stop.
inline bool await_slot(context& in) {
    using clock = std::chrono::steady_clock;
    bool said = false;
    std::optional<clock::time_point> next_look;
    const auto server = postgres::read_server(in.catalog());
    while (true) {
        const auto slot = postgres::read_slot(in.catalog(), in.setting().name);
        if (slot)
            refuse(why_unusable(in.setting().name, *slot, server.database,
                                postgres::output_plugin(server.version)));
        if (!slot || slot->active_pid == 0) return true;
        // Check that the other process reads the slot for this program's indices.
        if (!next_look || clock::now() >= *next_look) {
            const auto name = in.setting().name;
            const auto states = find_build(in);
            if (in.setting().name == name) refuse(why_others(name, *slot, states));
            next_look = clock::now() + std::chrono::seconds(5);
        }
        in.counts().enter(metrics::phase::standing_by);
        in.counts().written.set(-1);  // only the other process knows the position of the indices
        if (!std::exchange(said, true)) {
            log::info(
                "standing by: server process {} streams slot {} to another program; this one takes over when "
                "that ends",
                slot->active_pid, log::slot(in.setting().name));
        }
        if (wait_for_stop(in.stop_fd(), std::chrono::milliseconds(250))) return false;
    }
}

/// Returns true if the slot's changes keep every index that follows it in sync, and false if bootstrap must
/// load some again. Throws if anything else is missing.
inline bool are_loaded(context& in, const postgres::system_identity& identity,
                       const std::optional<postgres::slot_facts>& slot, std::span<const index_state> states) {
    const auto& name = in.setting().name;
    const auto now = where_it_is(in, identity);
    bool again = false;
    for (const auto i : indices_of_slot(states, name)) {
        const auto& state = states[i];
        const std::string shown(in.indices()[i].name);
        if (!state.exists) {
            const bool other = !state.serving.empty();
            if (state.serving_copy) throw condition_error(*state.serving_copy);
            throw error(errc::index,
                        "index \"" + shown + "\" does not exist" +
                            (other ? " yet as this program shapes it; readers have \"" + state.serving +
                                         "\", of another shape"
                                   : ""),
                        other
                            ? "run bootstrap first: it builds the index beside that one, see docs/changing.md"
                            : "run bootstrap first");
        }
        if (state.foreign) {
            again = true;  // bootstrap adopts it
            continue;
        }
        if (const auto back = why_set_back(shown, state, now, in.seen()); back && state.loaded) {
            decide_on_set_back(in, *back);
            again = true;
        } else if (const auto why = why_lost(name, slot, state); why && state.loaded) {
            decide_on_loss(in, shown, *why);
            again = true;
        } else if (!state.loaded) {
            // A reload over an index that was loaded before resumes.
            if (!state.orphans_below) {
                throw error(errc::index, "the initial load of index \"" + shown + "\" is not finished",
                            "run bootstrap again: it resumes");
            }
            again = true;
        }
    }
    return !again;
}

/// Options of follow().
struct follow_way {
    bool once = false;
    bool keep_slot = false;  ///< see pipeline::follow_settings, also for the others
    std::function<void()> caught_up{};
    std::function<bool()> enough{};
};

/// Why follow() returned.
enum class follow_end : std::uint8_t {
    done,     ///< asked to stop, caught up, or enough
    lost,     ///< the slot has lost changes
    changed,  ///< the database has changed since the start
};

/// Compares the catalog with what it was at the start, in its own session.
class catalog_watch {
  public:
    /// `stop_fd` as in postgres::session.
    catalog_watch(std::string database, int stop_fd, std::span<const compiled_index> indices,
                  std::string publication, postgres::catalog_state start)
        : database_(std::move(database)),
          stop_fd_(stop_fd),
          uses_(postgres::table_uses_of(indices)),
          publication_(std::move(publication)),
          start_(std::move(start)) {}

    /// Throws errc::changed if it differs.
    void check() {
        try {
            if (!session_) session_.emplace(database_, stop_fd_);
            if (postgres::read_catalog_state(*session_, uses_, publication_).differs_from(start_))
                throw error(errc::changed,
                            "the tables or the publication are not as they were: looking closer");
        } catch (const error& problem) {
            if (problem.code() != errc::changed) session_.reset();
            throw;
        }
    }
    [[nodiscard]] bool is_different() {
        try {
            check();
            return false;
        } catch (const error& problem) {
            if (problem.code() != errc::changed) throw;
            return true;
        }
    }

  private:
    std::string database_;
    int stop_fd_;
    postgres::table_uses uses_;
    std::string publication_;
    postgres::catalog_state start_;
    std::optional<postgres::session> session_;
};

/// Drops a slot that the server created but can never decode; its changes count as lost.
inline void replace_slot(context& in, const postgres::sql_error& problem) {
    const auto& name = in.setting().name;
    const auto why = "PostgreSQL cannot decode slot \"" + name +
                     "\": a table was being created or rewritten when the slot was made (" + problem.what() +
                     ")";
    if (in.setting().lost_slot == on_lost_slot::stop) {
        throw error(errc::replication, why,
                    "run sync with --on-lost-slot=resync: it makes another slot and reads everything again "
                    "while the index stays in use");
    }
    log::warn("{}; making another one", why);
    in.database().query("SELECT pg_catalog.pg_drop_replication_slot($1)", {name});
}

/// Streams one slot into the indices in use; `states` has one entry for each.
inline follow_end follow(context& in, const postgres::system_identity& identity,
                         std::vector<index_state>& states, const postgres::shape_report& report,
                         const postgres::catalog_state& catalog, const follow_way& how) {
    const auto& wanted = in.setting();
    pipeline::follow_settings setting;
    setting.database = wanted.database;
    setting.read_from = wanted.read_from;
    setting.identity = identity;
    setting.slot = wanted.name;
    setting.publication = wanted.name;
    setting.once = how.once;
    setting.keep_slot = how.keep_slot;
    setting.caught_up = how.caught_up;
    setting.enough = how.enough;
    setting.stop_timeout = wanted.stop_timeout;
    setting.page_size = wanted.page_size;
    setting.counts = &in.counts();
    std::vector<std::size_t> other_origin;
    for (std::size_t i = 0; i < states.size(); ++i) {
        auto made_from = postgres::origin_of(in.indices()[i], catalog.made_of);
        auto owner = owner_now(in, in.indices()[i], states[i]);  // the database may have been renamed
        if (states[i].made_from != made_from || states[i].owner != owner) other_origin.push_back(i);
        states[i].owner = std::move(owner);
        states[i].made_from = std::move(made_from);
    }
    catalog_watch watch(wanted.database, in.overdue_fd(), in.indices(), wanted.name, catalog);
    setting.check = [&] { watch.check(); };
    for (const auto& state : states)
        setting.storage.push_back(state.storage.value_or(postgres::table_storage()));
    auto access = in.access();
    std::mutex remembering;  // the callbacks run in different threads, each writes an index's whole state
    access.claim = [&] {
        std::vector<std::size_t> all(states.size());
        std::iota(all.begin(), all.end(), 0U);
        claim(in.search().client(), in.indices(), all, states);
        const std::lock_guard lock(remembering);
        for (const auto i : other_origin) remember(in.search().client(), in.indices()[i], states[i]);
    };
    access.remember = [&](std::size_t i, const postgres::table_storage& reflected) {
        const std::lock_guard lock(remembering);
        check_incarnation(in.search().stream_client(), states[i]);
        auto next = states[i];
        next.storage = reflected;
        remember(in.search().stream_client(), in.indices()[i], next);
        states[i] = std::move(next);
    };
    access.record = [&](postgres::lsn position) {
        const std::lock_guard lock(remembering);
        for (std::size_t i = 0; i < states.size(); ++i) {
            if (states[i].written >= position) continue;
            check_incarnation(in.search().stream_client(), states[i]);
            // If recording the position fails, the next attempt records it.
            auto next = states[i];
            next.written = position;
            remember(in.search().stream_client(), in.indices()[i], next);
            states[i] = std::move(next);
        }
    };
    try {
        pipeline::follow(setting, report.bindings, in.clock(),
                         {in.batcher(), in.batcher(elastic::pace::wide)}, access, in.stop_fd());
        in.done()["slot"] = wanted.name;
        if (const auto slot = postgres::read_slot(in.catalog(), wanted.name))
            in.done()["confirmed"] = postgres::to_string(slot->confirmed);
        return follow_end::done;
    } catch (const postgres::sql_error& problem) {
        if (postgres::lacks_tables(problem) && !how.keep_slot) {
            replace_slot(in, problem);
            return follow_end::lost;
        }
        if (problem.code() != errc::replication || postgres::slot_in_use(problem)) throw;
        const auto slot = postgres::read_slot(in.catalog(), wanted.name);
        if (slot && !slot->lost() && !watch.is_different()) throw;
        log::warn("{}", problem.what());
        return slot && !slot->lost() ? follow_end::changed : follow_end::lost;
    } catch (const error& problem) {
        if (problem.code() != errc::changed) throw;
        log::info("{}", problem.what());
        return follow_end::changed;
    }
}

inline std::vector<index_state> chosen(const std::vector<index_state>& states,
                                       const std::vector<std::size_t>& which) {
    std::vector<index_state> out;
    for (const auto i : which) out.push_back(states[i]);
    return out;
}

/// Returns the slots of other builds that keep indices of this build in sync.
inline std::vector<std::string> other_slots(std::span<const index_state> states, const std::string& own) {
    std::vector<std::string> slots;
    for (const auto& state : states) {
        if (state.slot != own && std::find(slots.begin(), slots.end(), state.slot) == slots.end())
            slots.push_back(state.slot);
    }
    return slots;
}

/// Records that the changes of an index come through another publication from now on; later comparisons use
/// its state `now`.
inline void come_through(const postgres::origin& now, index_state& state) {
    if (!state.made_from) return;
    state.made_from->publication = now.publication;
    for (auto& [name, table] : state.made_from->tables) {
        if (const auto found = now.tables.find(name); found != now.tables.end())
            table.published = found->second.published;
    }
}

inline bool is_followed(context& in, const std::string& slot) {
    const auto facts = postgres::read_slot(in.catalog(), slot);
    return facts && facts->active_pid != 0;
}

/// Takes over the indices that another build has kept in sync through `slot`, which no sync reads any more.
/// First applies what that slot still holds for them; then they are at least as recent as this build's own
/// slot, which delivers changes of their tables too. The other slot keeps its position, for the indices that
/// only the other build has. If something intervenes, this returns early and the caller examines the slots
/// again.
inline void take_over(context& in, const postgres::system_identity& identity, const std::string& slot,
                      std::vector<index_state>& states) {
    const auto own = in.setting().name;
    const auto which = indices_of_slot(states, slot);
    std::vector<std::size_t> lost;
    const auto facts = postgres::read_slot(in.catalog(), slot);
    const auto now = where_it_is(in, identity);
    for (const auto i : which) {
        const std::string shown(in.indices()[i].name);
        log::info("{}: taking it over from slot {}, from which no sync streams", shown, slot);
        if (const auto back = why_set_back(shown, states[i], now, in.seen())) {
            decide_on_set_back(in, *back);
            write_above(in, states[i], now, states);
        } else if (const auto why = why_lost(slot, facts, states[i])) {
            decide_on_loss(in, shown, *why);
        } else if (states[i].timeline == identity.timeline) {
            continue;
        }
        lost.push_back(i);
    }
    if (lost.empty()) {
        auto theirs = chosen(states, which);
        // Before the other slot is read to its end, so that the next comparison finds later changes.
        const auto own_now =
            postgres::read_catalog_state(in.catalog(), postgres::table_uses_of(in.indices()), own).made_of;
        in.narrow(slot, which);
        const auto report = in.check_shapes();
        const auto catalog =
            postgres::read_catalog_state(in.catalog(), postgres::table_uses_of(in.indices()), slot);
        const auto changes = look_for_changes(in.indices(), theirs, slot, report, catalog,
                                              postgres::read_publication(in.catalog(), slot),
                                              postgres::read_server(in.catalog()));
        const bool usable = !changes.lost && !changes.read_again() && !changes.new_partitions();
        const bool whole =
            usable && follow(in, identity, theirs, report, catalog, {true, true, {}, {}}) == follow_end::done;
        in.widen();
        in.use_slot(own);
        if (in.stopped() || (usable && !whole)) return;
        // What the other slot can no longer deliver is read again; this build's own slot has the rest.
        if (!usable) lost = which;
        for (std::size_t i = 0; i < which.size(); ++i) {
            states[which[i]] = theirs[i];
            come_through(own_now, states[which[i]]);
        }
    }
    for (const auto i : which) {
        states[i].slot = own;
        states[i].build = build_hash(in.indices());
        states[i].together = names_of_all(in.indices());
    }
    if (!lost.empty()) {
        begin_again(in, which, states);
    } else {
        for (const auto i : which) remember(in.search().client(), in.indices()[i], states[i]);
    }
}

/// Returns a function that is true once any of `slots` has had no consumer for 10 s, long enough to rule out
/// a restart.
inline std::function<bool()> any_is_left(context& in, std::vector<std::string> slots) {
    if (slots.empty()) return {};
    using clock = std::chrono::steady_clock;
    return [&in, slots = std::move(slots), since = std::optional<clock::time_point>()]() mutable {
        const bool left =
            std::any_of(slots.begin(), slots.end(), [&](const auto& slot) { return !is_followed(in, slot); });
        if (!left) since.reset();
        if (left && !since) since = clock::now();
        return left && clock::now() - *since >= std::chrono::seconds(10);
    };
}

/// Reads the documents that show rows which new partitions brought along. An empty new partition costs
/// nothing. Returns false if everything has to be read again instead: if there are very many such rows, or a
/// row may affect any document.
inline bool read_new_partitions(context& in, const postgres::shape_report& report, std::size_t number,
                                const index_changes& changes) {
    constexpr std::size_t most = 50'000;
    const auto& index = in.indices()[number];
    queue::batch todo;
    todo.indices.resize(in.indices().size());
    auto& mine = todo.indices[number];
    mine.join_keys.resize(index.routes.size());
    std::size_t found = 0;
    for (std::size_t r = 0; r < index.routes.size(); ++r) {
        const auto& route = index.routes[r];
        const auto added = changes.new_partitions.find(postgres::written_name(index.shape.nodes[route.node]));
        if (added == changes.new_partitions.end()) continue;
        for (const auto partition : added->second) {
            const auto join_keys =
                postgres::read_join_keys(in.catalog(), partition, route.columns, most - found);
            if (!join_keys) return false;
            if (route.columns.empty() && !join_keys->empty()) return false;  // a row may affect any document
            found += join_keys->size();
            auto& into = route.direct ? mine.keys : mine.join_keys[r];
            into.insert(join_keys->begin(), join_keys->end());
        }
    }
    if (mine.empty()) return true;
    log::info("{}: reading the documents of {} rows that new partitions brought along", index.name, found);
    postgres::session start(in.setting().database, in.overdue_fd());
    postgres::advance_log(start);
    if (in.setting().read_from != in.setting().database)
        in.clock().read_from_standby(postgres::flushed_position(start));
    bool given = false;
    pipeline::refresh(
        in.setting().read_from, report.bindings, in.setting().page_size, in.clock(), *in.batcher(),
        in.access(),
        [&]() -> std::optional<queue::batch> {
            if (std::exchange(given, true)) return std::nullopt;
            return std::move(todo);
        },
        [&in] { return in.stopped(); }, in.overdue_fd());
    return true;
}

/// Bridges the time in which something that the shapes need is missing in the catalog only briefly, as in a
/// migration of several transactions.
class catalog_gap {
  public:
    /// Call when the catalog is as it should be.
    void close() { since_.reset(); }
    /// Waits a moment before the next look. Returns false after 8 s, or if the program has not streamed yet:
    /// what is wrong from the start is better reported at once.
    [[nodiscard]] bool bridge(context& in, const error& problem, bool has_followed) {
        using clock = std::chrono::steady_clock;
        constexpr std::chrono::seconds longest(8);
        if (problem.code() != errc::catalog || !has_followed) return false;
        const auto now = clock::now();
        if (!since_) {
            since_ = now;
            log::warn("{}; looking again for some seconds", problem.what());
            in.counts().set_conditions(metrics::registry::observer::command,
                                       {{"shape", true, problem.what()}});
        }
        if (now - *since_ > longest) return false;
        static_cast<void>(wait_for_stop(in.stop_fd(), std::chrono::milliseconds(500)));
        return true;
    }

  private:
    std::optional<std::chrono::steady_clock::time_point> since_;
};

/// Whether a slot can be streamed into its indices now, or bootstrap has something to repair first.
enum class start : std::uint8_t { follow, bootstrap_first };

/// Checks everything that streaming relies on, and reports what has changed.
inline start look_before(context& in, const postgres::system_identity& identity,
                         std::vector<index_state>& states, const postgres::shape_report& report,
                         const postgres::catalog_state& catalog) {
    const auto& name = in.setting().name;
    const auto server = postgres::read_server(in.catalog());
    const auto publication = postgres::read_publication(in.catalog(), name);
    const auto changes = look_for_changes(in.indices(), states, name, report, catalog, publication, server);
    for (const auto& each : changes.conditions) in.warn_once(each.what + "; " + each.why);
    in.counts().set_conditions(metrics::registry::observer::command, summaries_of(changes.conditions));
    const auto slot = postgres::read_slot(in.catalog(), name);
    const auto steps = setup_steps(report, publication, slot, name, server);
    warn_impossible(report, name, server.version);
    refuse_missing(steps);
    if (changes.lost) decide_on_loss(in, std::string(in.indices().front().name), *changes.lost);
    const bool promoted = std::any_of(states.begin(), states.end(),
                                      [&](const auto& state) { return state.timeline != identity.timeline; });
    if (changes.lost || changes.read_again() || promoted || !steps.empty()) return start::bootstrap_first;
    for (std::size_t i = 0; i < states.size(); ++i) {
        if (changes.indices[i].new_partitions.empty()) continue;
        if (read_new_partitions(in, report, i, changes.indices[i])) continue;
        begin_again(in, {i}, states);
        return start::bootstrap_first;
    }
    in.counts().set_conditions(metrics::registry::observer::command, {});
    return start::follow;
}

}  // namespace detail

/// Keeps the indices in sync until asked to stop, or with `once` until caught up. Throws errc::connection if
/// a server becomes unavailable.
inline void sync(context& in) {
    bool repaired = false;                      // by a bootstrap just now
    bool has_followed = in.seen().has_value();  // in an earlier context, which a passing error ended
    detail::catalog_gap gap;
    in.catalog().set_stop_fd(in.overdue_fd());  // on a stop, let what is in flight finish
    while (true) {
        in.counts().enter(metrics::phase::starting);
        in.widen();
        static_cast<void>(find_build(in));  // for the slot's name; refuses foreign indices
        if (!detail::await_slot(in)) return;
        in.counts().enter(metrics::phase::starting);
        const auto identity = in.identify();
        const auto slot = postgres::read_slot(in.catalog(), in.setting().name);  // first, see why_lost()
        const auto own = in.setting().name;
        auto states = find_build(in);
        for (std::size_t i = 0; i < states.size(); ++i) {
            if (!states[i].exists) continue;
            require_open(states[i]);
            check_writes(in.search().client(), in.indices()[i]);
        }
        if (in.setting().name != own) continue;
        if (!detail::are_loaded(in, identity, slot, states)) {
            bootstrap(in, std::cout);
            continue;
        }
        std::vector<std::string> kept_by_others;
        bool again = false;
        for (const auto& other : detail::other_slots(states, own)) {
            if (detail::is_followed(in, other)) {
                for (const auto i : indices_of_slot(states, other))
                    log::info("{}: kept up to date by the program that follows slot {}", in.indices()[i].name,
                              other);
                kept_by_others.push_back(other);
            } else {
                detail::take_over(in, identity, other, states);
                if (in.stopped()) return;
                again = true;
            }
        }
        if (again) continue;
        const auto which = indices_of_slot(states, own);
        auto mine = detail::chosen(states, which);
        const bool once = in.setting().once;
        in.narrow(own, which);
        postgres::shape_report report;
        postgres::catalog_state catalog;
        try {
            report = in.check_shapes();
            catalog = postgres::read_catalog_state(in.catalog(), postgres::table_uses_of(in.indices()), own);
            if (detail::look_before(in, identity, mine, report, catalog) == detail::start::bootstrap_first) {
                if (std::exchange(repaired, true)) {
                    throw error(errc::replication,
                                "bootstrap has just repaired this, and it is wrong again: see above",
                                "are tables or the publication being changed right now? Start again");
                }
                in.widen();
                bootstrap(in, std::cout);
                continue;
            }
        } catch (const error& problem) {
            if (!gap.bridge(in, problem, has_followed)) throw;
            if (in.stopped()) return;
            continue;
        }
        // During streaming, through the client that stops with it.
        const auto swap = [&, here = in.here()](cluster::client_type& client) {
            for (const auto& each : detail::take_place(client, in.indices(), here, in.setting().adopt))
                in.done().array("swapped").emplace_back(each);
        };
        const bool to_swap =
            in.setting().swap_when_ready && std::any_of(mine.begin(), mine.end(), [](const auto& state) {
                return state.beside || state.serving.empty();
            });
        auto end = detail::follow_end::changed;
        try {
            end = detail::follow(
                in, identity, mine, report, catalog,
                {once, false,
                 to_swap && !once ? std::function<void()>([&] { swap(in.search().stream_client()); })
                                  : std::function<void()>(),
                 once ? std::function<bool()>() : detail::any_is_left(in, kept_by_others)});
            gap.close();
        } catch (const error& problem) {
            if (!gap.bridge(in, problem, true)) throw;
        }
        has_followed = true;
        repaired = false;
        in.warn_again();
        if (in.stopped()) return;
        if (end != detail::follow_end::done) continue;
        if (once && to_swap) swap(in.search().client());
        if (once) return;
    }
}

}  // namespace pgsync::app
