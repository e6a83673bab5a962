#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <pgsync/app/builds.hpp>
#include <pgsync/app/context.hpp>
#include <pgsync/app/index_state.hpp>
#include <pgsync/app/json_at.hpp>
#include <pgsync/error.hpp>
#include <pgsync/log.hpp>
#include <pgsync/postgres/publication_facts.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/slot_facts.hpp>

namespace pgsync::app {

namespace detail {

/// Removes a slot and its publication; whatever is not there any more is passed over.
inline void remove_slot(context& in, const std::string& name) {
    if (postgres::read_slot(in.catalog(), name)) {
        in.database().query("SELECT pg_catalog.pg_drop_replication_slot($1)", {name});
        log::info("dropped slot {}", log::slot(name));
        in.done().array("dropped_slots").emplace_back(name);
    }
    const auto publication = postgres::read_publication(in.catalog(), name);
    if (!publication) return;
    const auto sql = "DROP PUBLICATION " + postgres::quote_identifier(name);
    if (!publication->owned) {
        log::warn("the publication is not this role's and stays; have its owner run: {}", sql);
        in.done().statement(sql, "the publication is its owner's", false);
        return;
    }
    in.database().execute(sql);
    log::info("dropped publication {}", name);
    in.done().array("dropped_publications").emplace_back(name);
}

inline void refuse_followed(context& in, const std::string& name) {
    const auto slot = postgres::read_slot(in.catalog(), name);
    if (!slot || slot->active_pid == 0) return;
    throw error(errc::replication,
                "slot \"" + name + "\" is in use by the server process " + std::to_string(slot->active_pid),
                "stop the sync that follows it first");
}

/// What other shapes have made behind these aliases. Throws where any of it is still in use.
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
            // Of an index whose name only begins alike, the rest is no hash.
            const auto its = names.alias + "-" + text_at(*meta, "hash").substr(0, 8);
            if (facts.index != its &&
                std::find(facts.aliases.begin(), facts.aliases.end(), its) == facts.aliases.end())
                continue;
            if (facts.index == states[i].serving) {
                throw error(errc::index, "readers still have index \"" + facts.index + "\" of another shape",
                            "run swap first");
            }
            found.push_back(state_of(facts, *meta));
        }
    }
    return found;
}

/// Refuses where a program of another shape kept more than this one does, and that is still there.
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

/// Removes what earlier shapes have left: indices that nobody reads any more, with their slots.
inline void remove_old(context& in, const std::vector<index_state>& states) {
    const auto old = find_old(in, states);
    for (const auto& each : old) {
        if (each.slot == in.setting().name) continue;
        refuse_followed(in, each.slot);
        refuse_kept(in, each);
    }
    for (const auto& each : old) {
        in.search().client().delete_index(each.index);
        log::info("deleted index {}", each.index);
        in.done().array("deleted_indices").emplace_back(each.index);
        if (each.slot != in.setting().name) remove_slot(in, each.slot);
    }
    if (old.empty()) log::info("no other shape has left anything");
}

}  // namespace detail

/// Removes what bootstrap made: slot, publication, indices. Replica identities stay, since others may rely on
/// them by now. Whatever is not there any more is passed over.
inline void teardown(context& in) {
    // The report tells of nothing as well.
    for (const auto* what : {"deleted_indices", "dropped_slots", "dropped_publications"})
        static_cast<void>(in.done().array(what));
    const auto states = find_build(in);
    if (in.setting().teardown_old) return detail::remove_old(in, states);
    const auto& name = in.setting().name;
    detail::refuse_followed(in, name);
    for (std::size_t i = 0; i < states.size(); ++i) {
        const auto names = names_of(in.indices()[i]);
        if (!states[i].exists) continue;
        if (states[i].slot != name) {
            log::info("index {} stays: it follows slot {} of another program", names.index, states[i].slot);
            continue;
        }
        in.search().client().delete_index(states[i].index);
        log::info("deleted index {}", states[i].index);
        in.done().array("deleted_indices").emplace_back(states[i].index);
    }
    detail::remove_slot(in, name);
    for (const auto* what : {"deleted_indices", "dropped_slots", "dropped_publications"})
        if (!in.done().array(what).empty()) return;
    log::info("nothing of this program's shape is there to remove");
    for (const auto& state : states)
        if (!state.serving.empty() && !state.exists)
            log::info("index {}, which readers have, is of another shape; its own program removes it",
                      state.serving);
}

}  // namespace pgsync::app
