#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <pgsync/base/error.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/catalog/slot_facts.hpp>
#include <pgsync/commands/contact.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/store/index_state.hpp>

/// Checks whether an existing slot with this program's name is this program's. Two programs with the same
/// name, or one program used with two databases of a server or with two clusters, need a different --name
/// each.
namespace pgsync::app {

/// Returns why nothing can be streamed from the slot; nullopt if it can be. `plugin`: the output plugin that
/// this program uses.
[[nodiscard]] inline std::optional<trouble> why_unusable(const std::string& name,
                                                         const postgres::slot_facts& slot,
                                                         std::string_view database, std::string_view plugin) {
    const auto quoted = "slot \"" + name + "\"";
    if (!slot.logical) return trouble{quoted + " is a physical one, of a standby", "choose another --name"};
    if (slot.plugin != plugin) {
        return trouble{quoted + " exists, but for output plugin \"" + printable(slot.plugin) + "\"",
                       "choose another --name, or drop that slot"};
    }
    if (slot.database != database) {
        return trouble{quoted + " belongs to database \"" + printable(slot.database) + "\"",
                       "choose another --name: each database needs a slot of its own"};
    }
    return std::nullopt;
}

/// Returns why the program that is reading the slot does not do so for this program's indices in this
/// cluster; nullopt if it may. The slot must have been read before the states: a program that reads it
/// records a position in its indices before confirming the slot.
[[nodiscard]] inline std::optional<trouble> why_others(const std::string& name,
                                                       const postgres::slot_facts& slot,
                                                       std::span<const index_state> states) {
    if (slot.active_pid == 0) return std::nullopt;
    const auto who = "slot \"" + name + "\" is followed by another program (server process " +
                     std::to_string(slot.active_pid) + ")";
    const auto follows = [&](const index_state& state) { return state.exists && state.slot == name; };
    if (std::none_of(states.begin(), states.end(), follows)) {
        return trouble{
            who + ", and no index of this program in this cluster follows that slot",
            "where that program is another one, or writes to another cluster, choose another --name "
            "for this one and run bootstrap; else stop it and run bootstrap"};
    }
    for (const auto& state : states) {
        if (!follows(state) || !state.loaded || !state.written || slot.confirmed <= *state.written) continue;
        return trouble{who + ", which has confirmed it up to " + postgres::to_string(slot.confirmed) +
                           ", while index \"" + state.index + "\" was written up to " +
                           postgres::to_string(*state.written) + " only: it writes somewhere else",
                       "one of the two needs another --name: stop the other one and give it one of its own, "
                       "then run this "
                       "one with --on-lost-slot=resync"};
    }
    return std::nullopt;
}

/// Throws errc::replication if there is a problem.
inline void refuse(const std::optional<trouble>& why) {
    if (why) throw error(errc::replication, why->what, why->remedy);
}

}  // namespace pgsync::app
