#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <pgsync/base/finding.hpp>
#include <pgsync/base/format_units.hpp>
#include <pgsync/base/report.hpp>
#include <pgsync/base/text_table.hpp>
#include <pgsync/catalog/slot_lag.hpp>
#include <pgsync/commands/contact.hpp>
#include <pgsync/commands/diagnosis/conditions.hpp>
#include <pgsync/commands/diagnosis/look.hpp>
#include <pgsync/postgres/lsn.hpp>

namespace pgsync::app {

namespace detail {

template <typename Value>
boost::json::value or_null(const std::optional<Value>& value) {
    return value ? boost::json::value(*value) : boost::json::value(nullptr);
}

inline boost::json::object slot_json(const std::string& name, const slot_now* now) {
    boost::json::object out{{"name", name}, {"exists", now != nullptr}};
    if (now == nullptr) return out;
    const auto& slot = now->facts;
    const auto& lag = now->lag;
    out["active_pid"] =
        slot.active_pid != 0 ? boost::json::value(slot.active_pid) : boost::json::value(nullptr);
    out["lost"] = slot.lost();
    if (!slot.invalidation_reason.empty()) out["invalidation_reason"] = slot.invalidation_reason;
    if (!slot.wal_status.empty()) out["wal_status"] = slot.wal_status;
    out["confirmed"] = postgres::to_string(slot.confirmed);
    if (lag.current.value == 0) return out;
    out["current"] = postgres::to_string(lag.current);
    out["lag_bytes"] = postgres::bytes_between(slot.confirmed, lag.current);
    out["lag_seconds"] = or_null(postgres::seconds_behind(lag, slot.confirmed));
    if (slot.restart.value != 0) out["retained_bytes"] = postgres::bytes_between(slot.restart, lag.current);
    return out;
}

inline const slot_now* find_slot(const status_facts& facts, const std::string& name) {
    const auto found = facts.slots.find(name);
    return found == facts.slots.end() ? nullptr : &found->second;
}

inline boost::json::object index_json(const index_status& index) {
    const auto& state = index.state;
    const auto text = [](const std::string& value) {
        return value.empty() ? boost::json::value(nullptr) : boost::json::value(value);
    };
    boost::json::object out{{"alias", index.names.alias},
                            {"index", state.exists ? state.index : index.names.index},
                            {"serving", text(state.serving)},
                            {"slot", text(state.slot)},
                            {"state", index.phase()},
                            {"hash", index.hash},
                            {"serving_hash", text(index.state.serving_hash)},
                            {"rebuild_due", index.rebuild_due()},
                            {"documents", or_null(index.documents)},
                            {"rows_estimate", or_null(index.rows)},
                            {"dead_letters", or_null(index.dead_letters)},
                            {"unsettled_dead_letters", index.unsettled()},
                            {"dead_letters_not_looked_at", index.not_looked_at()},
                            {"written", or_null(index.written)}};
    if (!index.health.empty()) out["health"] = index.health;
    if (state.loaded_until) out["loaded_until"] = *state.loaded_until;
    if (state.written) out["written_until"] = postgres::to_string(*state.written);
    if (index.rate) out["documents_per_second"] = *index.rate;
    return out;
}

inline std::string status_json(const contact& with, const status_facts& facts, const findings& conditions) {
    boost::json::object out;
    auto& database = out["database"].emplace_object();
    database["reached"] = !with.no_database().has_value();
    if (facts.server) {
        database["server"] = facts.database;
        database["version"] = facts.version;
        database["standby"] = facts.server->standby;
        out["slot"] = slot_json(facts.own_slot, find_slot(facts, facts.own_slot));
        for (const auto& [name, now] : facts.slots) {
            if (name == facts.own_slot) continue;
            if (!out.contains("other_slots")) out["other_slots"].emplace_array();
            out["other_slots"].get_array().push_back(slot_json(name, &now));
        }
    }
    auto& search = out["cluster"].emplace_object();
    search["reached"] = !with.no_cluster().has_value();
    if (!facts.software.empty()) {
        search["address"] = with.search_address();
        search["software"] = facts.software;
        search["health"] = facts.health;
    }
    auto& indices = out["indices"].emplace_array();
    for (const auto& index : facts.indices) indices.push_back(index_json(index));
    auto& list = out["problems"].emplace_array();
    for (const auto& each : conditions) {
        list.push_back({{"code", each.code},
                        {"severity", name_of(each.how_bad)},
                        {"what", each.what},
                        {"why", each.why},
                        {"remedy", remedy_of(each)}});
    }
    out["in_order"] = conditions.empty();
    return boost::json::serialize(out);
}

inline std::string slot_text(const std::string& name, const slot_now* now) {
    if (now == nullptr) return "slot " + name + " does not exist";
    const auto& slot = now->facts;
    auto out = "slot " + name +
               (slot.active_pid != 0 ? ", read by server process " + std::to_string(slot.active_pid)
                                     : std::string(", not in use"));
    if (slot.lost()) return out + ": lost";
    out += ": confirmed up to " + postgres::to_string(slot.confirmed);
    if (now->lag.current.value == 0) return out;
    const auto behind = postgres::bytes_between(slot.confirmed, now->lag.current);
    const auto seconds = postgres::seconds_behind(now->lag, slot.confirmed);
    out += behind == 0 ? std::string(", up to date") : ", " + bytes_text(behind) + " behind";
    if (behind != 0 && seconds)
        out +=
            *seconds == 0 ? ", with nothing more to send" : ", for " + seconds_text(*seconds) + " at least";
    out += "; keeps " + bytes_text(postgres::bytes_between(slot.restart, now->lag.current)) + " of WAL";
    if (!slot.wal_status.empty()) out += " (" + slot.wal_status + ")";
    return out;
}

inline std::string status_text(const contact& with, const status_facts& facts, const findings& conditions) {
    std::string out = "PostgreSQL";
    out += facts.server
               ? " " + facts.version + " at " + facts.database + (facts.server->standby ? ", a standby" : "")
               : std::string(" cannot be reached");
    out += "\n";
    if (facts.server) {
        out += "  " + slot_text(facts.own_slot, find_slot(facts, facts.own_slot)) + "\n";
        for (const auto& [name, now] : facts.slots)
            if (name != facts.own_slot) out += "  " + slot_text(name, &now) + "\n";
    }
    out += facts.software.empty() ? std::string("the cluster cannot be reached\n")
                                  : facts.software + " at " + with.search_address() +
                                        (facts.health.empty() ? "" : ": " + facts.health) + "\n";
    if (!facts.indices.empty()) {
        const bool rates = with.setting().watch.count() != 0;
        const auto number = [](const std::optional<std::uint64_t>& value) {
            return value ? std::to_string(*value) : std::string("–");
        };
        std::vector<std::vector<std::string>> rows{{"index", "documents", "rows, about", "dead letters"}};
        if (rates) rows[0].emplace_back("a second");
        rows[0].insert(rows[0].end(), {"health", "state"});
        for (const auto& index : facts.indices) {
            auto& row = rows.emplace_back();
            const bool loading = index.phase() == "loading";
            row = {index.names.alias, number(loading ? index.written : index.documents), number(index.rows),
                   number(index.dead_letters)};
            if (rates) row.push_back(index.rate ? log::fixed(*index.rate, 1) : "–");
            row.push_back(index.health.empty() ? "–" : index.health);
            std::string state(index.phase());
            if (index.state.loaded_until) state += " after key " + printable(*index.state.loaded_until);
            if (!index.looked_at().empty()) state += ": " + index.looked_at();
            if (index.is_elsewhere() && index.state.exists) state += ", readers have " + index.state.serving;
            row.push_back(state);
        }
        std::vector<std::size_t> right{1, 2, 3};
        if (rates) right.push_back(4);
        out += "\n" + text_table(rows, right);
    }
    out += conditions.empty() ? "\nin order\n" : "\nnot in order:\n";
    for (const auto& each : conditions) {
        out += "  - " + each.what + "\n";
        if (const auto remedy = remedy_of(each); !remedy.empty()) out += "    " + remedy + "\n";
    }
    return out;
}

}  // namespace detail

/// Reports the state of everything. In order means: loaded, in sync, nothing lost, and of this program's
/// shape.
[[nodiscard]] inline report status(contact& with) {
    const auto facts = look(with);
    const auto conditions = conditions_of(with, facts);
    return {conditions.empty(), detail::status_text(with, facts, conditions),
            detail::status_json(with, facts, conditions)};
}

}  // namespace pgsync::app
