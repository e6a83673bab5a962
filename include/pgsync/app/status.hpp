#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <pgsync/app/builds.hpp>
#include <pgsync/app/contact.hpp>
#include <pgsync/app/index_state.hpp>
#include <pgsync/app/json_at.hpp>
#include <pgsync/app/lost_slot.hpp>
#include <pgsync/app/report.hpp>
#include <pgsync/app/row_estimate.hpp>
#include <pgsync/app/stop_request.hpp>
#include <pgsync/app/text_table.hpp>
#include <pgsync/app/words.hpp>
#include <pgsync/elastic/client.hpp>
#include <pgsync/elastic/dead_letters.hpp>
#include <pgsync/error.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/postgres/server_facts.hpp>
#include <pgsync/postgres/shape_check.hpp>
#include <pgsync/postgres/slot_facts.hpp>
#include <pgsync/postgres/slot_lag.hpp>

namespace pgsync::app {

/// One index as it is in the cluster.
struct index_status {
    index_names names;
    index_state state;                          ///< of the index that this program writes
    std::string hash;                           ///< of the shape that this program has
    std::optional<trouble> odd;                 ///< why there is no telling
    std::optional<std::uint64_t> documents;     ///< that searches find
    std::optional<std::uint64_t> written;       ///< operations since its shards started
    std::optional<std::uint64_t> dead_letters;  ///< documents that the cluster refused
    std::optional<std::uint64_t> rows;          ///< the planner's estimate of how many there are to be
    std::string health;                         ///< `green`, `yellow`, `red`; empty where nobody says
    std::optional<double> rate;                 ///< operations a second

    /// Readers have an index of another shape.
    [[nodiscard]] bool is_elsewhere() const {
        return !state.serving.empty() && (!state.exists || state.serving != state.index);
    }
    [[nodiscard]] bool rebuild_due() const { return is_elsewhere() && !state.loaded; }
    [[nodiscard]] std::string_view phase() const {
        if (odd) return "unknown";
        if (!state.exists) return state.serving.empty() ? "missing" : "other shape";
        if (!state.loaded) return "loading";
        return is_elsewhere() ? "beside" : "loaded";
    }
    /// What is looked at: the index that is written, or while there is none the one that readers find.
    [[nodiscard]] const std::string& looked_at() const { return state.exists ? state.index : state.serving; }
};

/// A slot and how far its reader is.
struct slot_now {
    postgres::slot_facts facts;
    postgres::slot_lag lag;
};

/// What status() has seen.
struct status_facts {
    std::optional<postgres::server_facts> server;
    std::string database;  ///< `host:port/name`
    std::string version;   ///< `15.6`
    std::string own_slot;  ///< that of this program's shapes
    /// Slots by name, read before the indices were: these tell their position before it is confirmed.
    std::map<std::string, postgres::slot_facts> before;
    std::map<std::string, slot_now> slots;  ///< those that the indices follow, read in the end
    std::string system;                     ///< the database's own identifier
    std::string software;
    std::string health;  ///< of the cluster
    std::vector<index_status> indices;
};

namespace detail {

/// An index, its documents and how it is.
inline index_status look_at_index(cluster& search, const compiled_index& index) {
    index_status out;
    out.names = names_of(index);
    out.hash = shape_hash(index);
    auto& client = search.client();
    try {
        out.state = find_index(client, index);
    } catch (const error& problem) {
        if (problem.code() != errc::index && problem.code() != errc::permission) throw;
        out.odd = trouble{problem.what(), problem.remedy()};
    }
    const auto read = [&](const std::string& what) {
        return client.ask(what).value_or(boost::json::value(nullptr));
    };
    const auto letters = cluster::client_type::escaped(elastic::dead_letter_index(index.name));
    out.dead_letters = number_at(read("/" + letters + "/_count"), "count").value_or(0);
    if (out.looked_at().empty()) return out;
    const auto path = "/" + cluster::client_type::escaped(out.looked_at());
    out.documents = number_at(read(path + "/_count"), "count");
    out.health = text_at(read("/_cluster/health" + path + "?level=indices&timeout=1s"), "indices",
                         out.looked_at(), "status");
    return out;
}

/// The slots of this program, and of its other shapes.
inline std::map<std::string, postgres::slot_facts> read_slots(postgres::session& catalog,
                                                              const std::string& base) {
    std::map<std::string, postgres::slot_facts> out;
    const auto names = catalog.exec_params(
        "SELECT slot_name FROM pg_catalog.pg_replication_slots WHERE slot_name = $1 "
        "OR pg_catalog.left(slot_name, pg_catalog.length($1) + 1) = $1 || '_'",
        {base});
    for (int i = 0; i < names.rows(); ++i) {
        const std::string name(names.get(i, 0));
        if (const auto facts = postgres::read_slot(catalog, name)) out.emplace(name, *facts);
    }
    return out;
}

/// The slot of this program's shapes; see own_slot().
inline std::string slot_of(const contact& with, const std::vector<index_status>& indices) {
    std::vector<index_state> states;
    for (const auto& index : indices) states.push_back(index.state);
    return own_slot(with.setting().name, build_hash(with.indices()), states);
}

/// Documents written and deleted since the shards of an index started, primaries alone.
inline std::optional<std::uint64_t> operations_of(cluster& search, const index_status& index) {
    if (index.looked_at().empty()) return std::nullopt;
    const auto found = search.client().ask("/" + cluster::client_type::escaped(index.looked_at()) +
                                           "/_stats/indexing?filter_path=_all.primaries.indexing");
    if (!found) return std::nullopt;
    const auto written = number_at(*found, "_all", "primaries", "indexing", "index_total");
    const auto deleted = number_at(*found, "_all", "primaries", "indexing", "delete_total");
    if (!written) return std::nullopt;
    return *written + deleted.value_or(0);
}

inline void look_at_clusters(contact& with, status_facts& out) {
    with.with_cluster([&](cluster& search) {
        const auto info = search.client().info();
        out.software = std::string(info.opensearch ? "OpenSearch " : "Elasticsearch ") + info.version;
        if (const auto health = search.client().ask("/_cluster/health"))
            out.health = text_at(*health, "status");
        for (const auto& index : with.indices()) out.indices.push_back(look_at_index(search, index));
        out.own_slot = slot_of(with, out.indices);
        for (auto& index : out.indices) index.written = operations_of(search, index);
        const auto seconds = with.setting().watch;
        if (seconds.count() == 0) return;
        const auto start = std::chrono::steady_clock::now();
        if (wait_for_stop(with.stop_fd(), seconds)) return;
        for (auto& index : out.indices) {
            const auto now = operations_of(search, index);
            const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
            // Less than before: its shards have moved or started anew.
            if (!now || !index.written || *now < *index.written) continue;
            index.rate = static_cast<double>(*now - *index.written) / passed.count();
            index.written = now;
        }
    });
}

/// What is not in order, with what to do about it.
inline std::vector<trouble> troubles_of(const contact& with, const status_facts& facts,
                                        const std::optional<trouble>& shapes) {
    std::vector<trouble> out;
    if (with.no_database())
        out.push_back(
            {"PostgreSQL cannot be asked: " + with.no_database()->what, with.no_database()->remedy});
    if (with.no_cluster())
        out.push_back({"the cluster cannot be asked: " + with.no_cluster()->what, with.no_cluster()->remedy});
    if (facts.server && facts.server->standby) {
        out.push_back({facts.database + " is a standby, from which nothing can be followed",
                       "have --database name the primary; target_session_attrs=read-write finds it"});
    }
    if (shapes) out.push_back(*shapes);
    if (facts.health == "red")
        out.push_back({"the cluster is red: it lacks primary shards", "run doctor: it tells which, and why"});
    std::set<std::string> followed;
    for (const auto& index : facts.indices) {
        const auto& alias = index.names.alias;
        const auto& state = index.state;
        const auto quoted = "index \"" + alias + "\"";
        const auto served = "readers have \"" + state.serving + "\" as \"" + alias + "\", ";
        const auto slot = facts.before.find(state.slot);
        if (index.odd) {
            out.push_back(*index.odd);
        } else if (!state.exists && state.serving.empty()) {
            out.push_back({quoted + " does not exist yet", "run bootstrap"});
        } else if (!state.exists) {
            out.push_back({served + "which is of another shape than this program's: a rebuild is due",
                           "run bootstrap, then sync with this program"});
        } else if (!state.loaded) {
            out.push_back({"the initial load of " + quoted + " is not finished",
                           "unless a bootstrap is running, run bootstrap: it resumes"});
        } else if (state.serving.empty()) {
            out.push_back({"the alias \"" + alias + "\" is gone, so that readers find nothing",
                           "POST /_aliases {\"actions\":[{\"add\":{\"index\":\"" + state.index +
                               "\",\"alias\":\"" + alias + "\"}}]}"});
        } else if (!facts.system.empty() && !state.system.empty() && facts.system != state.system) {
            out.push_back({quoted + " was filled from another database cluster (system identifier " +
                               state.system + ", here it is " + facts.system + ")",
                           "connect to that one, or run teardown, then bootstrap"});
        } else if (const auto why =
                       facts.server && !facts.server->standby
                           ? why_lost(state.slot,
                                      slot == facts.before.end() ? std::optional<postgres::slot_facts>()
                                                                 : slot->second,
                                      state)
                           : std::nullopt) {
            out.push_back({*why + ", and with it changes to " + quoted,
                           "run bootstrap or sync with --on-lost-slot=resync"});
        } else if (index.is_elsewhere()) {
            out.push_back(
                {served + "which is of another shape than this program's \"" + state.index + "\"",
                 state.beside
                     ? "sync lets them have this one when it is up to date; with --no-swap, swap does"
                     : "run swap to let them have this one, or end this program"});
        }
        if (state.loaded) followed.insert(state.slot);
        if (index.health == "red") out.push_back({quoted + " is red: it lacks primary shards", "run doctor"});
    }
    for (const auto& name : followed) {
        const auto slot = facts.slots.find(name);
        if (slot != facts.slots.end() && !slot->second.facts.lost() && slot->second.facts.active_pid == 0)
            out.push_back({"no sync follows slot \"" + name + "\"", "run sync"});
    }
    return out;
}

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
                            {"written", or_null(index.written)}};
    if (!index.health.empty()) out["health"] = index.health;
    if (state.loaded_until) out["loaded_until"] = *state.loaded_until;
    if (state.written) out["written_until"] = postgres::to_string(*state.written);
    if (index.rate) out["documents_per_second"] = *index.rate;
    return out;
}

inline std::string status_json(const contact& with, const status_facts& facts,
                               const std::vector<trouble>& troubles) {
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
    for (const auto& each : troubles) list.push_back({{"what", each.what}, {"remedy", each.remedy}});
    out["in_order"] = troubles.empty();
    return boost::json::serialize(out);
}

inline std::string slot_text(const std::string& name, const slot_now* now) {
    if (now == nullptr) return "slot " + name + " does not exist";
    const auto& slot = now->facts;
    auto out = "slot " + name +
               (slot.active_pid != 0 ? ", read by server process " + std::to_string(slot.active_pid)
                                     : std::string(", which nobody reads"));
    if (slot.lost()) return out + ": lost";
    out += ": confirmed up to " + postgres::to_string(slot.confirmed);
    if (now->lag.current.value == 0) return out;
    const auto behind = postgres::bytes_between(slot.confirmed, now->lag.current);
    const auto seconds = postgres::seconds_behind(now->lag, slot.confirmed);
    out += behind == 0 ? std::string(", which is all") : ", " + bytes_text(behind) + " behind";
    if (behind != 0 && seconds)
        out +=
            *seconds == 0 ? ", with nothing more to send" : ", for " + seconds_text(*seconds) + " at least";
    out += "; keeps " + bytes_text(postgres::bytes_between(slot.restart, now->lag.current)) + " of log";
    if (!slot.wal_status.empty()) out += " (" + slot.wal_status + ")";
    return out;
}

inline std::string status_text(const contact& with, const status_facts& facts,
                               const std::vector<trouble>& troubles) {
    std::string out = "PostgreSQL";
    out += facts.server
               ? " " + facts.version + " at " + facts.database + (facts.server->standby ? ", a standby" : "")
               : std::string(" cannot be asked");
    out += "\n";
    if (facts.server) {
        out += "  " + slot_text(facts.own_slot, find_slot(facts, facts.own_slot)) + "\n";
        for (const auto& [name, now] : facts.slots)
            if (name != facts.own_slot) out += "  " + slot_text(name, &now) + "\n";
    }
    out += facts.software.empty() ? std::string("the cluster cannot be asked\n")
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
    out += troubles.empty() ? "\nin order\n" : "\nnot in order:\n";
    for (const auto& each : troubles) {
        out += "  - " + each.what + "\n";
        if (!each.remedy.empty()) out += "    " + each.remedy + "\n";
    }
    return out;
}

/// The planner's estimates; and why a sync would not start, where that lies with the tables.
inline std::optional<trouble> look_at_tables(contact& with, postgres::session& catalog, status_facts& out) {
    const auto report = postgres::check_shapes(with.indices(), catalog);
    if (!report.findings.empty() || !report.rights.empty()) {
        const auto number = report.findings.size() + report.rights.size();
        return trouble{"the database does not look as the shapes say (" + counted(number, "finding") +
                           "), so that no sync can start",
                       "run doctor: it lists them"};
    }
    for (std::size_t i = 0; i < out.indices.size(); ++i) {
        out.indices[i].rows =
            estimate_rows(catalog, report.bindings[i].routes[0].table, with.indices()[i].where);
    }
    return std::nullopt;
}

}  // namespace detail

/// How far everything is. In order means: loaded, followed, nothing lost, and this program's own shape.
[[nodiscard]] inline report status(contact& with) {
    status_facts facts;
    std::optional<trouble> shapes;
    facts.own_slot = with.setting().name;
    with.with_database([&](postgres::session& catalog) {
        facts.server = postgres::read_server(catalog);
        facts.database = catalog.server();
        const std::string version(catalog.exec("SHOW server_version").get(0, 0));
        facts.version = version.substr(0, version.find(' '));  // behind it stands who built it
        facts.system =
            catalog.exec("SELECT system_identifier::text FROM pg_catalog.pg_control_system()").get(0, 0);
        facts.before = detail::read_slots(catalog, with.setting().name);
    });
    detail::look_at_clusters(with, facts);
    with.with_database([&](postgres::session& catalog) {
        std::set<std::string> names{facts.own_slot};
        for (const auto& index : facts.indices) {
            if (!index.state.slot.empty()) names.insert(index.state.slot);
        }
        for (const auto& name : names) {
            const auto slot = postgres::read_slot(catalog, name);
            if (!slot) continue;
            facts.slots[name] = {
                *slot, facts.server->standby ? postgres::slot_lag() : postgres::read_lag(catalog, *slot)};
        }
        shapes = detail::look_at_tables(with, catalog, facts);
    });
    const auto troubles = detail::troubles_of(with, facts, shapes);
    return {troubles.empty(), detail::status_text(with, facts, troubles),
            detail::status_json(with, facts, troubles)};
}

}  // namespace pgsync::app
