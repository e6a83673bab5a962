#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <pgsync/app/check_cluster.hpp>
#include <pgsync/app/check_database.hpp>
#include <pgsync/app/check_index.hpp>
#include <pgsync/app/check_tables.hpp>
#include <pgsync/app/contact.hpp>
#include <pgsync/app/finding.hpp>
#include <pgsync/app/index_state.hpp>
#include <pgsync/app/lost_slot.hpp>
#include <pgsync/app/report.hpp>
#include <pgsync/app/status.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/postgres/server_facts.hpp>
#include <pgsync/postgres/slot_facts.hpp>
#include <pgsync/postgres/version.hpp>

namespace pgsync::app {

namespace detail {

/// What of an index and its slot does not belong together. The slots have been read before.
inline void check_history(const index_status& index, const std::map<std::string, postgres::slot_facts>& slots,
                          const std::string& system, findings& found) {
    const auto& state = index.state;
    const auto quoted = "index \"" + index.names.alias + "\"";
    const auto slot = slots.find(state.slot);
    if (!state.system.empty() && state.system != system) {
        found.push_back(
            {severity::error,
             "other_system",
             quoted + " was filled from another database cluster (system identifier " + state.system +
                 ", here it is " + system + ")",
             "positions of one log mean nothing in another",
             {by_hand("connect to that one, or:"), by_command("teardown"), by_command("bootstrap")}});
    } else if (slot != slots.end() && !slot->second.lost() && state.loaded && state.written &&
               slot->second.confirmed > *state.written) {
        found.push_back({severity::error,
                         "changes_lost",
                         why_lost(state.slot, slot->second, state).value_or(""),
                         "changes in between are not in " + quoted,
                         {by_command("bootstrap --on-lost-slot=resync")}});
    }
}

}  // namespace detail

/// Looks at everything that goes wrong, in the order in which it is set up; each finding with what to do.
[[nodiscard]] inline report doctor(contact& with) {
    findings found;
    std::optional<postgres::server_facts> server;
    std::map<std::string, postgres::slot_facts> slots;
    std::string system;
    with.with_database([&](postgres::session& catalog) {
        server = postgres::read_server(catalog);
        system = catalog.exec("SELECT system_identifier::text FROM pg_catalog.pg_control_system()").get(0, 0);
        slots = detail::read_slots(catalog, with.setting().name);
    });
    std::vector<index_status> indices(with.indices().size());
    findings of_cluster;
    with.with_cluster([&](cluster& search) {
        detail::check_whole_cluster(search, with.setting(), of_cluster);
        const auto health = search.client().ask("/_cluster/health");
        const auto nodes = health ? number_at(*health, "number_of_data_nodes").value_or(1) : 1;
        for (std::size_t i = 0; i < indices.size(); ++i) {
            indices[i] = detail::look_at_index(search, with.indices()[i]);
            detail::check_index(search, with.indices()[i], indices[i], nodes, of_cluster);
            if (server) detail::check_history(indices[i], slots, system, of_cluster);
        }
    });
    with.with_database([&](postgres::session& catalog) {
        const auto names = postgres::function_names(server->version);
        const auto end = std::string(server->standby ? names.replay_lsn : names.flush_lsn);
        const auto current = postgres::lsn::parse(catalog.exec("SELECT " + end).get(0, 0));
        // Of this program's own slot; those of other shapes are its programs' to look after.
        const auto name = detail::slot_of(with, indices);
        const auto slot = slots.find(name);
        std::vector<bool> followed;
        std::set<std::string> used{name};
        for (const auto& index : indices) {
            followed.push_back(index.state.loaded && index.state.slot == name);
            used.insert(index.state.slot);
        }
        const bool any = std::find(followed.begin(), followed.end(), true) != followed.end();
        detail::check_database({catalog, with.setting(), *server, name,
                                slot == slots.end() ? std::optional<postgres::slot_facts>() : slot->second,
                                current.value_or(postgres::lsn()), any, used, found});
        detail::check_tables(catalog, with.indices(), followed, name, *server, found);
    });
    found.insert(found.end(), of_cluster.begin(), of_cluster.end());
    const auto unreachable = [&](const std::optional<trouble>& why, std::string_view code, const char* who) {
        if (!why) return;
        std::vector<step> remedy;
        if (!why->remedy.empty()) remedy.push_back(by_hand(why->remedy));
        found.insert(
            found.begin(),
            {severity::error, code, why->what,
             std::string("nothing could be looked at in ") + who + ", or not all of it", std::move(remedy)});
    };
    unreachable(with.no_cluster(), "no_cluster", "the cluster");
    unreachable(with.no_database(), "no_database", "PostgreSQL");
    return report_of(std::move(found), with.setting().program);
}

}  // namespace pgsync::app
