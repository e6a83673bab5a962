#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <pgsync/base/finding.hpp>
#include <pgsync/base/format_units.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/catalog/slot_facts.hpp>
#include <pgsync/commands/contact.hpp>
#include <pgsync/commands/diagnosis/check_writes.hpp>
#include <pgsync/commands/diagnosis/look.hpp>
#include <pgsync/commands/diagnosis/lost_slot.hpp>
#include <pgsync/commands/diagnosis/set_back.hpp>
#include <pgsync/commands/diagnosis/slot_owner.hpp>
#include <pgsync/postgres/system_identity.hpp>
#include <pgsync/postgres/version.hpp>
#include <pgsync/sink/elastic/client.hpp>
#include <pgsync/sink/elastic/dead_letters.hpp>
#include <pgsync/sink/elastic/index_unavailable.hpp>
#include <pgsync/store/guard.hpp>

/// Classifies the state of everything as a list of what is not in order. status and doctor print it, /ready
/// and the metrics show it, and bootstrap and sync decide by the same checks whether they can start.
namespace pgsync::app {

namespace detail {

inline finding condition(severity how_bad, std::string_view code, std::string what, std::string why,
                         std::vector<step> remedy, mended_by mends = mended_by::nobody) {
    return {how_bad, code, std::move(what), std::move(why), std::move(remedy), mends};
}

/// Returns a condition if an index was filled from another database, if the database was set back since, or
/// if the slot has lost changes. `slot` was read before the index, `now` after it.
inline std::optional<finding> condition_of_history(const std::string& alias, const index_state& state,
                                                   const std::optional<postgres::slot_facts>& slot,
                                                   const postgres::system_identity& now) {
    if (state.owner.database != 0 && now.database != 0 && state.owner.database != now.database) {
        return condition(severity::error, "database_restored",
                         "database \"" + printable(now.database_name) + "\" is not the one that index \"" +
                             alias + "\" was filled from (oid " + std::to_string(state.owner.database) +
                             ", now " + std::to_string(now.database) +
                             "): it was dropped and created again, as a restored dump is",
                         "its slot went with it, and no WAL leads from one to the other",
                         {by_command("bootstrap --on-lost-slot=resync")});
    }
    if (const auto back = why_set_back(alias, state, now)) {
        return condition(
            severity::error, "set_back", *back,
            "documents show rows that are gone, and changes to them are refused as older than they are",
            {by_hand("connect to the database that the index was made from, or:"),
             by_command("bootstrap --on-lost-slot=resync")});
    }
    const auto why = why_lost(state.slot, slot, state);
    if (!why || !state.loaded) return std::nullopt;
    return condition(severity::error,
                     !slot          ? "slot_missing"
                     : slot->lost() ? "slot_lost"
                                    : "changes_lost",
                     *why, "changes in between are not in index \"" + alias + "\"",
                     {by_command("bootstrap --on-lost-slot=resync")});
}

/// Returns a condition if the slot is not this program's.
inline std::optional<finding> condition_of_slot(const status_facts& facts) {
    const auto own = facts.before.find(facts.own_slot);
    if (own == facts.before.end() || facts.indices.empty()) return std::nullopt;
    std::vector<index_state> states;
    for (const auto& index : facts.indices) {
        if (index.odd) return std::nullopt;
        states.push_back(index.state);
    }
    if (const auto unusable = why_unusable(facts.own_slot, own->second, facts.server->database,
                                           postgres::output_plugin(facts.server->version)))
        return condition(severity::error, "slot_taken", unusable->what, "this program needs one of its own",
                         {by_hand(unusable->remedy)});
    const auto others = why_others(facts.own_slot, own->second, states);
    if (!others) return std::nullopt;
    return condition(severity::error, "slot_of_others", others->what,
                     "what that program confirms is lost to this one's indices", {by_hand(others->remedy)});
}

inline step by_alias(const std::string& index, const std::string& alias) {
    const boost::json::object action{{"add", {{"index", index}, {"alias", alias}}}};
    return by_request("POST /_aliases", {{"actions", boost::json::array{action}}});
}

/// Adds conditions about the progress of an index, and about what readers use.
inline void add_conditions_of(const index_status& index, findings& out) {
    const auto& alias = index.names.alias;
    const auto& state = index.state;
    const auto quoted = "index \"" + alias + "\"";
    const auto readers = "readers have index \"" + state.serving + "\" as \"" + alias + "\", ";
    if (index.named) out.push_back(*index.named);
    if (index.odd && index.named) return;
    if (index.odd) {
        std::vector<step> remedy;
        if (!index.odd->remedy.empty()) remedy.push_back(by_hand(index.odd->remedy));
        out.push_back(condition(severity::error, "index", index.odd->what,
                                "bootstrap and sync refuse to start", std::move(remedy)));
        return;
    }
    if (state.closed) {
        out.push_back(
            condition(severity::error, "closed", elastic::closed_text(state.index),
                      "searches fail, and sync waits; what changes meanwhile is written once it is open",
                      {by_request(elastic::opening(state.index), {})}));
        return;
    }
    if (state.serving_copy) {
        out.push_back(*state.serving_copy);
    } else if (!state.exists && state.serving.empty()) {
        out.push_back(condition(severity::warning, "index_missing", quoted + " does not exist yet",
                                "there are no documents", {by_command("bootstrap")}, mended_by::bootstrap));
    } else if (index.rebuild_due() && !state.exists) {
        out.push_back(condition(severity::warning, "rebuild_due",
                                readers + "which is of another shape than this program's",
                                "this program's sync has nothing to follow until its own index is there",
                                {by_command("bootstrap"), by_command("sync")}, mended_by::bootstrap));
    } else if (!state.loaded && state.orphans_below) {
        out.push_back(condition(
            severity::warning, "reading_again", "the documents of " + quoted + " are being read again",
            "readers have them as they were until then; after an interruption sync goes on with it",
            {by_hand("unless a sync or bootstrap is at it, run sync: it resumes")}, mended_by::sync));
    } else if (!state.loaded) {
        out.push_back(condition(severity::warning, "load_unfinished",
                                "the initial load of " + quoted + " is not finished",
                                "readers do not see it; unless a bootstrap is running, it is not being "
                                "loaded; bootstrap resumes it",
                                {by_command("bootstrap")}, mended_by::bootstrap));
    } else if (state.serving.empty()) {
        out.push_back(condition(severity::error, "alias_missing",
                                "index \"" + state.index + "\" is not behind the alias \"" + alias + "\"",
                                "readers find no index by that name", {by_alias(state.index, alias)}));
        out.back().sync_starts = true;
    } else if (index.is_elsewhere()) {
        out.push_back(condition(
            severity::warning, "not_serving",
            readers + "which is of another shape than this program's \"" + state.index + "\"",
            state.beside ? "sync lets them have it when it is up to date; with --no-swap that is left to you"
                         : "it is kept in sync but not used, unless you want to return to it",
            {by_command("swap")}));
    }
    if (state.exists && !state.closed && !state.blocks.empty()) {
        std::string names;
        boost::json::object none;
        for (const auto& each : state.blocks) {
            names += (names.empty() ? "" : ", ") + ("index.blocks." + each);
            none["index.blocks." + each] = nullptr;
        }
        out.push_back(condition(
            severity::error, "blocked", "index \"" + state.index + "\" has the block " + names,
            "nothing is written to it; sync waits. A full disk sets read_only_allow_delete: make room first",
            {by_request("PUT /" + state.index + "/_settings", none)}));
        out.back().sync_starts = true;
    }
    if (index.health == "red") {
        out.push_back(condition(severity::error, "red", quoted + " is red: it lacks primary shards",
                                "documents of it are not found, and none is written to it",
                                {by_hand("doctor says which shards, and why")}));
        out.back().sync_starts = true;
    }
    const auto unsettled = index.unsettled();
    const auto unseen = index.not_looked_at();
    if (unsettled + unseen == 0) return;
    auto what = counted(unsettled, "document") + " of " + quoted +
                " could not be written and are set aside in " + elastic::dead_letter_index(alias);
    if (unseen != 0) {
        what += "; " + counted(unseen, "letter") + " older than the newest " +
                std::to_string(index.letters.size()) + " were not looked at";
    }
    out.push_back(
        condition(severity::warning, "dead_letters", std::move(what),
                  "the index lacks them, or has them as they were before",
                  {by_hand("dead-letters lists them with why; a row that is corrected is written as usual. "
                           "Where it is the cluster that was corrected:"),
                   by_command("dead-letters retry")}));
}

/// Adds conditions about what the shapes need from the database.
inline void add_conditions_of(const tables_now& tables, const std::string& name,
                              const postgres::server_facts& server, findings& out) {
    for (const auto& right : tables.report.rights) {
        out.push_back(condition(severity::error, "right", right.what,
                                "documents could not be read; " + right.who + " has to run",
                                {by_sql(right.sql)}));
    }
    for (const auto& each : tables.report.findings)
        out.push_back(condition(severity::error, "shape", each, "bootstrap and sync refuse to start", {}));
    if (!tables.report.rights.empty() || !tables.report.findings.empty()) return;
    check_refused_writes(tables.report, name, server, out);
    check_impossible(tables.report, tables.publication, name, server, out);
    out.insert(out.end(), tables.changes.conditions.begin(), tables.changes.conditions.end());
    const auto told = [&](const setup_step& wanted) {
        return std::any_of(out.begin(), out.end(), [&](const finding& each) {
            return each.code == "writes_refused" &&
                   std::any_of(each.remedy.begin(), each.remedy.end(),
                               [&](const step& one) { return one.text == wanted.sql; });
        });
    };
    std::string what;
    std::vector<step> remedy;
    bool own = true;
    for (const auto& each : tables.missing) {
        if (told(each)) continue;
        what += (what.empty() ? "" : "; ") + each.sql + " (" + each.why + ")";
        if (!each.own) remedy.push_back(by_sql(each.sql));
        own = own && each.own;
    }
    if (what.empty()) return;
    remedy.push_back(by_command("sync"));
    out.push_back(
        condition(severity::error, "setup", "the database is not set up as the shapes need it: " + what,
                  own ? "sync does that when it starts, and at once while it runs; documents that missed "
                        "changes are read again, and readers keep them"
                      : "this role may not run all of it: have an administrator do so; sync then reads again "
                        "what missed changes, and readers keep the index",
                  std::move(remedy), own ? mended_by::sync : mended_by::nobody));
}

inline void add_unreachable(const std::optional<trouble>& why, std::string_view code, const char* who,
                            findings& out) {
    if (!why) return;
    std::vector<step> remedy;
    if (!why->remedy.empty()) remedy.push_back(by_hand(why->remedy));
    out.push_back(condition(severity::error, code, std::string(who) + " cannot be reached: " + why->what,
                            "nothing could be looked at there, or not all of it", std::move(remedy)));
}

}  // namespace detail

/// Returns everything that makes documents wrong, or will, most severe first.
[[nodiscard]] inline findings conditions_of(const contact& with, const status_facts& facts) {
    findings out;
    detail::add_unreachable(with.no_database(), "no_database", "PostgreSQL", out);
    detail::add_unreachable(with.no_cluster(), "no_cluster", "the cluster", out);
    const bool primary = facts.server && !facts.server->standby;
    if (facts.server && facts.server->standby) {
        out.push_back(detail::condition(
            severity::error, "standby", facts.database + " is a standby",
            "a slot is made and followed on the primary",
            {by_hand("have --database name the primary; target_session_attrs=read-write finds it")}));
    }
    if (facts.health == "red") {
        out.push_back(detail::condition(
            severity::warning, "cluster_red", "the cluster is red: it lacks primary shards",
            "indices that lack one neither find nor take all documents; ours are told apart",
            {by_hand("GET /_cat/shards?h=index,shard,prirep,state,unassigned.reason says which")}));
    }
    if (facts.slot_waits) out.push_back(*facts.slot_waits);
    out.insert(out.end(), facts.locked.begin(), facts.locked.end());
    if (primary) {
        if (auto others = detail::condition_of_slot(facts)) out.push_back(std::move(*others));
    }
    std::set<std::string> followed;
    const program_here me{facts.now, with.setting().name, names_of_all(with.indices())};
    for (std::size_t i = 0; i < facts.indices.size(); ++i) {
        const auto& index = facts.indices[i];
        detail::add_conditions_of(index, out);
        auto foreign =
            facts.server && !index.odd ? why_not_ours(me, with.indices()[i], index.state) : std::nullopt;
        if (foreign) {
            out.push_back(std::move(*foreign));
        } else if (primary && !index.odd && index.state.exists) {
            const auto slot = facts.before.find(index.state.slot);
            if (auto found = detail::condition_of_history(
                    index.names.alias, index.state,
                    slot == facts.before.end() ? std::optional<postgres::slot_facts>() : slot->second,
                    facts.now))
                out.push_back(std::move(*found));
        }
        if (index.state.loaded) followed.insert(index.state.slot);
    }
    if (facts.tables) detail::add_conditions_of(*facts.tables, facts.own_slot, *facts.server, out);
    const bool runs = std::none_of(out.begin(), out.end(), [](const finding& each) {
        return each.how_bad == severity::error && each.mends != mended_by::sync && !each.sync_starts;
    });
    const auto own = facts.slots.find(facts.own_slot);
    const bool follows = own != facts.slots.end() && own->second.facts.active_pid != 0;
    for (auto& each : out) {
        const bool by_sync = each.mends == mended_by::sync && each.remedy.size() == 1 &&
                             each.remedy.front().what == step::kind::command;
        if (by_sync && !runs)
            each.remedy = {by_hand("sync sees to that once it can start: see what keeps it from that")};
        if (by_sync && runs && follows)
            each.remedy = {by_hand("the sync that runs sees to that by itself, within some seconds")};
    }
    for (const auto& name : followed) {
        const auto slot = facts.slots.find(name);
        if (slot == facts.slots.end() || slot->second.facts.lost() || slot->second.facts.active_pid != 0)
            continue;
        out.push_back(detail::condition(
            severity::warning, "not_followed", "no sync follows slot \"" + name + "\"",
            "the index stands still, and the server keeps its WAL",
            {runs ? by_command("sync") : by_hand("see to the above first: sync would not start")},
            mended_by::sync));
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const finding& a, const finding& b) { return a.how_bad < b.how_bad; });
    return out;
}

}  // namespace pgsync::app
