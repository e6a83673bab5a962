#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/base/format_units.hpp>
#include <pgsync/base/json_at.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/catalog/publication_facts.hpp>
#include <pgsync/catalog/server_facts.hpp>
#include <pgsync/catalog/slot_facts.hpp>
#include <pgsync/commands/builds.hpp>
#include <pgsync/commands/consent.hpp>
#include <pgsync/commands/context.hpp>
#include <pgsync/commands/diagnosis/slot_owner.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/version.hpp>
#include <pgsync/sink/elastic/dead_letters.hpp>
#include <pgsync/sink/elastic/dialect.hpp>
#include <pgsync/store/guard.hpp>
#include <pgsync/store/index_state.hpp>

namespace pgsync::app {

namespace detail {

/// What a teardown removes, in this order. Slots come before indices, because only the indices say which
/// slots are theirs: an interrupted teardown would otherwise leave a slot that nothing leads to and that
/// fills the disk.
struct removal {
    std::vector<std::string> slots;         ///< with their publications
    std::vector<std::string> publications;  ///< named like their slots
    std::vector<std::string> indices;       ///< including those of dead letters

    [[nodiscard]] std::vector<std::string> told() const {
        std::vector<std::string> out;
        for (const auto& each : slots) out.push_back("drop slot " + each);
        for (const auto& each : publications) out.push_back("drop publication " + each);
        for (const auto& each : indices) out.push_back("delete index " + each);
        return out;
    }
};

/// Returns the slot of that name, or nullopt. Throws if it is not a slot of this program's kind in this
/// database.
[[nodiscard]] inline std::optional<postgres::slot_facts> read_usable_slot(context& in,
                                                                          const std::string& name) {
    auto slot = postgres::read_slot(in.catalog(), name);
    if (slot) {
        const auto server = postgres::read_server(in.catalog());
        refuse(why_unusable(name, *slot, server.database, postgres::output_plugin(server.version)));
    }
    return slot;
}

/// Adds a slot and its publication to `plan`, if they exist. Throws if the slot belongs to another program or
/// is in use.
inline void plan_slot(context& in, const std::string& name, removal& plan) {
    if (std::find(plan.slots.begin(), plan.slots.end(), name) != plan.slots.end()) return;
    if (const auto slot = read_usable_slot(in, name)) {
        if (slot->active_pid != 0) {
            throw error(
                errc::replication,
                "slot \"" + name + "\" is in use by the server process " + std::to_string(slot->active_pid),
                "stop the sync that follows it first");
        }
        plan.slots.push_back(name);
    }
    const auto publication = postgres::read_publication(in.catalog(), name);
    if (!publication) return;
    const auto sql = "DROP PUBLICATION " + postgres::quote_identifier(name);
    if (!publication->marked) {
        log::info("publication {} stays: pgsync did not make it, or an earlier version did; to drop it: {}",
                  name, sql);
        in.done().statement(sql, "pgsync did not make the publication, or an earlier version did", false);
    } else if (!publication->owned) {
        log::warn("the publication is not this role's and stays; have its owner run: {}", sql);
        in.done().statement(sql, "the publication is its owner's", false);
    } else {
        plan.publications.push_back(name);
    }
}

/// Throws if the index was made by a newer program: it is still being loaded, or is waiting for its cut-over.
/// An index created before this program's own is older, even if readers never used it.
inline void refuse_newer(const index_names& names, const elastic::index_facts& facts,
                         const index_state& candidate, const index_state& own) {
    const bool waits = std::any_of(facts.aliases.begin(), facts.aliases.end(), [&](const auto& alias) {
        return alias.starts_with(names.alias + "-") && alias.ends_with("-NEW");
    });
    const bool known = own.exists && own.created != 0 && candidate.created != 0;
    const bool later = known && candidate.created > own.created;
    if (known ? !later : candidate.loaded && !waits) return;
    throw error(errc::index,
                "index \"" + facts.index + "\" of another shape is " +
                    (later              ? "newer than this program's \"" + own.index + "\""
                     : candidate.loaded ? "waiting for readers, which no sync has given it yet"
                                        : "being loaded"),
                "it is a newer program's: to remove it, run teardown with that one");
}

/// Returns the indices that other shapes have left behind these aliases. Throws if one is still in use,
/// newer, or another program's.
inline std::vector<index_state> find_old(context& in, const std::vector<index_state>& states) {
    std::vector<index_state> found;
    for (std::size_t i = 0; i < states.size(); ++i) {
        const auto names = names_of(in.indices()[i]);
        if (states[i].slot != in.setting().name) {
            throw error(errc::index,
                        "index \"" + names.index + "\" still follows slot \"" + states[i].slot +
                            "\" of another shape",
                        "stop the other program and run this one's sync, which takes the index over");
        }
        for (const auto& facts : in.search().client().find_all(names.alias + "-")) {
            const auto* meta = own_meta(facts);
            if (meta == nullptr || facts.index == states[i].index) continue;
            // Names that only begin alike do not continue with a hash.
            const auto its = names.alias + "-" + text_at(*meta, "hash").substr(0, 8);
            if (facts.index != its &&
                std::find(facts.aliases.begin(), facts.aliases.end(), its) == facts.aliases.end())
                continue;
            if (facts.index == states[i].serving) {
                throw error(errc::index, "readers still have index \"" + facts.index + "\" of another shape",
                            "run swap first");
            }
            auto old = state_of(facts, *meta);
            // An index of the database from which this program has taken over the readers.
            old.foreign = states[i].adopted && same_database(*states[i].adopted, old.owner);
            if (!old.foreign) check_ours(in.here(), in.indices()[i], old);
            refuse_newer(names, facts, old, states[i]);
            found.push_back(std::move(old));
        }
    }
    return found;
}

/// Throws if a program of another shape also had an index that this one does not, and that still exists.
inline void refuse_kept(context& in, const index_state& old) {
    const auto mine = names_of_all(in.indices());
    for (const auto& alias : old.together) {
        if (std::find(mine.begin(), mine.end(), alias) != mine.end()) continue;
        for (const auto& facts : in.search().client().find_all(alias + "-")) {
            const auto* meta = own_meta(facts);
            if (meta == nullptr || text_at(*meta, "slot") != old.slot) continue;
            throw error(errc::index,
                        "slot \"" + old.slot + "\" keeps index \"" + facts.index +
                            "\" as well, which this program does not have",
                        "run teardown with the program that made it");
        }
    }
}

/// Plans the removal of what earlier shapes have left: indices that no reader uses any more, with their
/// slots.
inline removal plan_old(context& in, const std::vector<index_state>& states) {
    removal plan;
    for (const auto& each : find_old(in, states)) {
        plan.indices.push_back(each.index);
        if (each.foreign || each.slot == in.setting().name) continue;
        plan_slot(in, each.slot, plan);
        refuse_kept(in, each);
    }
    if (plan.indices.empty()) log::info("no other shape has left anything");
    return plan;
}

/// Returns true if the index is one of dead letters; any other index of that name is not pgsync's.
inline bool holds_letters(cluster::client_type& client, const std::string& name) {
    const auto mapping = client.ask("/" + cluster::client_type::escaped(name) + "/_mapping");
    const auto* about = mapping ? value_at(*mapping, name) : nullptr;
    const auto* there = about == nullptr ? nullptr : elastic::dialect::mapping_in(*about);
    const auto* fields = there == nullptr ? nullptr : value_at(*there, "properties");
    if (fields == nullptr || !fields->is_object()) return false;
    const auto wanted = elastic::dead_letter_creation_body();
    for (const auto& each : wanted.at("mappings").at("properties").as_object())
        if (text_at(*fields, each.key(), "type") != text_at(each.value(), "type")) return false;
    return true;
}

/// Adds the dead-letter indices of the program if that was requested, and logs those that stay. They are
/// shared with other shapes: if readers still use an index of another shape, its letters may be in there too.
inline void plan_letters(context& in, const std::vector<index_state>& states, removal& plan) {
    auto& client = in.search().client();
    for (std::size_t i = 0; i < states.size(); ++i) {
        const auto name = elastic::dead_letter_index(in.indices()[i].name);
        if (!client.exists(name) || !holds_letters(client, name)) continue;
        const auto letters = number_at(
            client.ask("/" + cluster::client_type::escaped(name) + "/_count").value_or(nullptr), "count");
        const auto shown = name + " with " + (letters ? counted(*letters, "dead letter") : "dead letters");
        const auto& state = states[i];
        if (!state.serving.empty() && state.serving != state.index) {
            log::info("index {} stays: readers have {}, which it may be about as well", shown, state.serving);
        } else if (state.exists && state.slot != in.setting().name) {
            log::info("index {} stays: {} follows slot {} of another program", shown, state.index,
                      state.slot);
        } else if (!in.setting().teardown_letters) {
            log::info("index {} stays; to remove it, too: {} teardown --dead-letters", shown,
                      in.setting().program);
            in.done().array("kept_dead_letters").emplace_back(name);
        } else {
            plan.indices.push_back(name);
        }
    }
}

/// Returns the indices that this build may remove. Not those that another build has made and still keeps in
/// sync, which happens when some of this build's own are already deleted.
inline std::vector<std::size_t> removable(context& in, const std::vector<index_state>& states) {
    const auto build = build_hash(in.indices());
    const bool all =
        std::all_of(states.begin(), states.end(), [](const auto& state) { return state.exists; });
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < states.size(); ++i) {
        if (!states[i].exists) continue;
        if (states[i].slot == in.setting().name && (all || states[i].build == build)) {
            which.push_back(i);
        } else {
            log::info("index {} stays: it follows slot {} of another program", states[i].index,
                      states[i].slot);
        }
    }
    return which;
}

/// Throws if a slot with this program's name exists but no index in this cluster follows it: indices in
/// another cluster may, and would lose every change.
inline void refuse_stray_slot(context& in) {
    const auto& name = in.setting().name;
    if (!read_usable_slot(in, name)) return;
    throw error(errc::replication, "slot \"" + name + "\" is there, and no index in this cluster follows it",
                "connect to the cluster whose indices follow it; where there are none any more: SELECT "
                "pg_catalog.pg_drop_replication_slot(" +
                    postgres::quote_literal(name) + ")");
}

/// Plans the removal of what bootstrap created for this program's shapes.
inline removal plan_own(context& in, const std::vector<index_state>& states) {
    removal plan;
    const auto which = removable(in, states);
    if (!which.empty()) {
        plan_slot(in, in.setting().name, plan);
    } else if (std::none_of(states.begin(), states.end(), [&](const auto& state) {
                   return state.exists && state.slot == in.setting().name;
               })) {
        refuse_stray_slot(in);
    }
    for (const auto i : which) plan.indices.push_back(states[i].index);
    plan_letters(in, states, plan);
    if (!plan.told().empty()) return plan;
    log::info("nothing of this program's shape is there to remove");
    for (const auto& state : states)
        if (!state.serving.empty() && !state.exists)
            log::info("index {}, which readers have, is of another shape; its own program removes it",
                      state.serving);
    return plan;
}

/// Removes what `plan` lists; what no longer exists is skipped. First records this build in the indices, so
/// that a teardown that continues after this one was killed, and finds only some of them, still recognises
/// them.
inline void remove(context& in, const removal& plan, std::vector<index_state>& states) {
    const auto build = build_hash(in.indices());
    for (std::size_t i = 0; i < states.size(); ++i) {
        const bool goes = states[i].exists && std::find(plan.indices.begin(), plan.indices.end(),
                                                        states[i].index) != plan.indices.end();
        if (!goes || states[i].build == build) continue;
        states[i].build = build;
        remember(in.search().client(), in.indices()[i], states[i]);
    }
    for (const auto& name : plan.slots) {
        if (!postgres::read_slot(in.catalog(), name)) continue;
        in.database().query("SELECT pg_catalog.pg_drop_replication_slot($1)", {name});
        log::info("dropped slot {}", log::slot(name));
        in.done().array("dropped_slots").emplace_back(name);
    }
    for (const auto& name : plan.publications) {
        in.database().execute("DROP PUBLICATION IF EXISTS " + postgres::quote_identifier(name));
        log::info("dropped publication {}", name);
        in.done().array("dropped_publications").emplace_back(name);
    }
    for (const auto& name : plan.indices) {
        in.search().client().delete_index(name);
        log::info("deleted index {}", name);
        in.done().array("deleted_indices").emplace_back(name);
    }
}

}  // namespace detail

/// Removes what bootstrap created: slot, publication, indices. Replica identities stay, since others may rely
/// on them by now. Skips what no longer exists. Asks first; see wanted().
inline void teardown(context& in) {
    // The report has these lists even if they are empty.
    for (const auto* what : {"deleted_indices", "dropped_slots", "dropped_publications"})
        static_cast<void>(in.done().array(what));
    // Without --old the index that readers use instead of this program's stays in any case, so another
    // program may own it.
    auto states = find_build(in, in.setting().teardown_old);
    const auto planned = [&] {
        return in.setting().teardown_old ? detail::plan_old(in, states) : detail::plan_own(in, states);
    };
    const auto plan = planned();
    const auto told = plan.told();
    in.done()["dry_run"] = in.setting().dry_run;
    if (in.setting().dry_run) {
        for (const auto& each : told) {
            log::info("would {}", each);
            in.done().array("would").emplace_back(each);
        }
        return;
    }
    if (!wanted(in.setting(), in.stop_fd(), "teardown", told)) return;
    if (!in.setting().yes) {  // the state may have changed while the user was deciding
        states = find_build(in, in.setting().teardown_old);
        if (planned().told() != told)
            throw error(errc::index, "what would be removed has changed meanwhile", "run teardown again");
    }
    detail::remove(in, plan, states);
}

}  // namespace pgsync::app
