#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <pgsync/base/finding.hpp>
#include <pgsync/base/json_at.hpp>
#include <pgsync/base/report.hpp>
#include <pgsync/catalog/server_facts.hpp>
#include <pgsync/catalog/slot_facts.hpp>
#include <pgsync/commands/contact.hpp>
#include <pgsync/commands/diagnosis/check_cluster.hpp>
#include <pgsync/commands/diagnosis/check_database.hpp>
#include <pgsync/commands/diagnosis/check_index.hpp>
#include <pgsync/commands/diagnosis/check_tables.hpp>
#include <pgsync/commands/diagnosis/check_waits.hpp>
#include <pgsync/commands/diagnosis/conditions.hpp>
#include <pgsync/commands/diagnosis/look.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/postgres/version.hpp>

namespace pgsync::app {

/// Inspects everything that can go wrong: the conditions, and what does no harm yet, each with its remedy.
[[nodiscard]] inline report doctor(contact& with) {
    const auto facts = look(with);
    findings found = conditions_of(with, facts);
    findings more;
    with.with_database([&](postgres::session& catalog) {
        const auto names = postgres::function_names(facts.server->version);
        const auto end = std::string(facts.server->standby ? names.replay_lsn : names.flush_lsn);
        const auto current = postgres::lsn::parse(catalog.exec("SELECT " + end).get(0, 0));
        // Only this program's own slot; slots of other shapes concern their own programs.
        const auto& name = facts.own_slot;
        const auto slot = facts.before.find(name);
        std::vector<bool> followed(with.indices().size());
        std::set<std::string> used{name};
        for (std::size_t i = 0; i < facts.indices.size(); ++i) {
            const auto& state = facts.indices[i].state;
            followed[i] = state.loaded && state.slot == name;
            used.insert(state.slot);
        }
        if (!facts.server->standby) {
            findings waits;
            detail::check_waits(
                catalog, with.indices(), name,
                slot == facts.before.end() ? std::optional<postgres::slot_facts>() : slot->second, waits);
            std::erase_if(waits, [&](const finding& each) {  // already reported as a condition
                return std::any_of(found.begin(), found.end(),
                                   [&](const finding& known) { return known.code == each.code; });
            });
            more.insert(more.end(), waits.begin(), waits.end());
        }
        const bool any = std::find(followed.begin(), followed.end(), true) != followed.end();
        detail::check_database(
            {catalog, with.setting(), *facts.server, name,
             slot == facts.before.end() ? std::optional<postgres::slot_facts>() : slot->second,
             current.value_or(postgres::lsn()), any, used, more});
        if (facts.tables) {
            detail::check_tables(catalog, facts.tables->report, with.indices(), followed, name, *facts.server,
                                 more);
        }
    });
    with.with_cluster([&](cluster& search) {
        detail::check_whole_cluster(search, with.setting(), more);
        const auto health = search.client().ask("/_cluster/health");
        const auto nodes = health ? number_at(*health, "number_of_data_nodes").value_or(1) : 1;
        for (std::size_t i = 0; i < facts.indices.size(); ++i)
            detail::check_index(search, with.indices()[i], facts.indices[i], nodes, more);
    });
    // More specific findings below say which shards a red index lacks, and why.
    if (std::any_of(more.begin(), more.end(), [](const finding& each) { return each.code == "red"; }))
        std::erase_if(found, [](const finding& each) { return each.code == "red"; });
    found.insert(found.end(), more.begin(), more.end());
    return report_of(std::move(found), with.setting().program);
}

}  // namespace pgsync::app
