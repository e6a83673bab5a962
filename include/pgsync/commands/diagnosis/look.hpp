#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/value.hpp>

#include <pgsync/base/error.hpp>
#include <pgsync/base/finding.hpp>
#include <pgsync/base/json_at.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/stop_request.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/catalog/publication_facts.hpp>
#include <pgsync/catalog/read_identity.hpp>
#include <pgsync/catalog/read_origin.hpp>
#include <pgsync/catalog/server_facts.hpp>
#include <pgsync/catalog/shape_check.hpp>
#include <pgsync/catalog/slot_facts.hpp>
#include <pgsync/catalog/slot_lag.hpp>
#include <pgsync/catalog/table_uses.hpp>
#include <pgsync/commands/builds.hpp>
#include <pgsync/commands/contact.hpp>
#include <pgsync/commands/diagnosis/catalog_changes.hpp>
#include <pgsync/commands/diagnosis/check_waits.hpp>
#include <pgsync/commands/diagnosis/row_estimate.hpp>
#include <pgsync/commands/setup/setup.hpp>
#include <pgsync/postgres/system_identity.hpp>
#include <pgsync/sink/elastic/client.hpp>
#include <pgsync/sink/elastic/dead_letters.hpp>
#include <pgsync/store/index_state.hpp>
#include <pgsync/store/letters.hpp>
#include <pgsync/store/name_conditions.hpp>

/// Inspects everything that a program relies on, without changing anything.
namespace pgsync::app {

/// One index as it is in the cluster.
struct index_status {
    index_names names;
    index_state state;                          ///< of the index that this program writes
    std::string hash;                           ///< of this program's shape
    std::optional<trouble> odd;                 ///< why its state is unknown
    std::optional<finding> named;               ///< what is wrong with its names; may be why `odd` is set
    std::optional<std::uint64_t> documents;     ///< visible to searches
    std::optional<std::uint64_t> written;       ///< operations since its shards started
    std::optional<std::uint64_t> dead_letters;  ///< documents that the cluster refused
    std::vector<dead_letter> letters;           ///< the newest of them
    std::optional<std::uint64_t> rows;          ///< expected documents, as the planner estimates
    std::string health;                         ///< `green`, `yellow`, `red`; empty if unknown
    std::optional<double> rate;                 ///< operations per second

    /// True if readers use an index of another shape.
    [[nodiscard]] bool is_elsewhere() const {
        return !state.serving.empty() && (!state.exists || state.serving != state.index);
    }
    /// Number of letters, of those that were checked, that are not settled.
    [[nodiscard]] std::uint64_t unsettled() const {
        return static_cast<std::uint64_t>(
            std::count_if(letters.begin(), letters.end(), [](const auto& each) { return !each.settled; }));
    }
    /// Number of letters that were not checked, because looking must not take long.
    [[nodiscard]] std::uint64_t not_looked_at() const {
        return dead_letters.value_or(0) > letters.size() ? *dead_letters - letters.size() : 0;
    }
    [[nodiscard]] bool rebuild_due() const { return is_elsewhere() && !state.loaded; }
    [[nodiscard]] std::string_view phase() const {
        if (odd) return "unknown";
        if (!state.exists) return state.serving.empty() ? "missing" : "other shape";
        if (state.closed) return "closed";
        if (!state.loaded) return state.orphans_below ? "reading again" : "loading";
        return is_elsewhere() ? "beside" : "loaded";
    }
    /// The index that is inspected: the one that is written or, while there is none, the one that readers
    /// use.
    [[nodiscard]] const std::string& looked_at() const { return state.exists ? state.index : state.serving; }
};

/// A slot, and how far behind its consumer is.
struct slot_now {
    postgres::slot_facts facts;
    postgres::slot_lag lag;
};

/// The tables of the shapes as they are now.
struct tables_now {
    postgres::shape_report report;
    std::optional<postgres::publication_facts> publication;  ///< of this program's own slot
    catalog_changes changes;                                 ///< since its indices were loaded
    std::vector<setup_step> missing;  ///< setup steps still needed; only if all indices are loaded
};

/// Everything that status and doctor show and from which conditions are made.
struct status_facts {
    std::optional<postgres::server_facts> server;
    std::string database;  ///< `host:port/name`
    std::string version;   ///< `15.6`
    std::string own_slot;  ///< that of this program's shapes
    /// Slots by name, read before the indices: an index records a position before the slot is confirmed.
    std::map<std::string, postgres::slot_facts> before;
    std::map<std::string, slot_now> slots;  ///< those that the indices follow, read last
    std::optional<finding> slot_waits;      ///< set while a bootstrap creates the slot; see check_waits.hpp
    postgres::system_identity now;          ///< of the database
    std::optional<tables_now> tables;       ///< nullopt if the database could not be queried
    findings locked;                        ///< tables that cannot be read at present
    std::string software;
    std::string health;  ///< of the cluster
    std::vector<index_status> indices;
};

/// The last comparison of the shapes with the catalog; it stays valid while the catalog does not change.
struct known_tables {
    std::optional<postgres::catalog_state> state;
    postgres::shape_report report;
};

namespace detail {

/// How many dead letters are checked for being settled; the rest are only counted.
inline constexpr std::size_t letters_looked_at = 1'000;

/// Marks letters whose rows are deleted as settled. If the database cannot answer now, they stay unsettled.
inline void look_for_rows(postgres::session& catalog, std::span<const postgres::index_binding> bindings,
                          std::size_t number, index_status& index) {
    if (index.unsettled() == 0) return;
    try {
        settle_by_rows(catalog, bindings, number, index.letters);
    } catch (const error& problem) {
        if (!catalog.usable() || problem.code() == errc::interrupted) throw;
        log::debug("{}: rows of dead letters: {}", index.names.alias, problem.what());
    }
}

/// Inspects an index and its documents.
inline index_status look_at_index(cluster& search, const compiled_index& index) {
    index_status out;
    out.names = names_of(index);
    out.hash = shape_hash(index);
    auto& client = search.client();
    try {
        out.state = find_index(client, index);
    } catch (const condition_error& problem) {
        out.odd = trouble{problem.what(), problem.remedy()};
        out.named = problem.condition();
    } catch (const error& problem) {
        if (problem.code() != errc::index && problem.code() != errc::permission) throw;
        out.odd = trouble{problem.what(), problem.remedy()};
    }
    if (out.state.exists && !out.state.closed) out.named = find_misplaced_writes(client, index);
    const auto read = [&](const std::string& what) {
        return client.ask(what).value_or(boost::json::value(nullptr));
    };
    const auto letters = cluster::client_type::escaped(elastic::dead_letter_index(index.name));
    out.dead_letters = number_at(read("/" + letters + "/_count"), "count").value_or(0);
    if (out.looked_at().empty()) return out;
    const auto path = "/" + cluster::client_type::escaped(out.looked_at());
    out.documents = number_at(read(path + "/_count"), "count");
    if (*out.dead_letters > 0 && !out.state.closed) {
        out.letters = newest_letters(client, elastic::dead_letter_index(index.name), letters_looked_at);
        settle_by_index(client, index, out.looked_at(), out.letters);
    }
    out.health = text_at(read("/_cluster/health" + path + "?level=indices&timeout=1s"), "indices",
                         out.looked_at(), "status");
    return out;
}

/// Returns the identity of the database. A standby does not know the primary's position, only whose it is.
inline postgres::system_identity look_at_identity(postgres::session& catalog, bool standby) {
    if (!standby) return postgres::read_identity(catalog);
    auto out = postgres::read_owner(catalog);
    out.timeline = std::numeric_limits<std::uint32_t>::max();  // so it never counts as set back
    return out;
}

/// Returns the slots of this program and of its other shapes.
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

/// Returns the slot of this program's shapes; see own_slot().
inline std::string slot_of(const contact& with, const std::vector<index_status>& indices) {
    std::vector<index_state> states;
    for (const auto& index : indices) states.push_back(index.state);
    return own_slot(with.setting().name, build_hash(with.indices()), states);
}

/// Returns the number of documents written and deleted since an index's shards started, on primaries only.
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
            // Fewer than before: its shards have moved or were restarted.
            if (!now || !index.written || *now < *index.written) continue;
            index.rate = static_cast<double>(*now - *index.written) / passed.count();
            index.written = now;
        }
    });
}

/// Inspects the tables of the shapes, the planner's estimates, and what has changed since the indices were
/// loaded.
inline void look_at_tables(contact& with, postgres::session& catalog, known_tables& known,
                           status_facts& out) {
    auto& tables = out.tables.emplace();
    auto now = postgres::read_catalog_state(catalog, postgres::table_uses_of(with.indices()), out.own_slot);
    const bool in_order = known.report.findings.empty() && known.report.rights.empty();
    if (!known.state || !in_order || now.differs_from(*known.state))
        known.report = postgres::check_shapes(with.indices(), catalog);
    known.state = now;
    tables.report = known.report;
    tables.publication = postgres::read_publication(catalog, out.own_slot);
    if (!tables.report.findings.empty() || !tables.report.rights.empty() || out.indices.empty()) return;
    for (std::size_t i = 0; i < out.indices.size(); ++i)
        look_for_rows(catalog, tables.report.bindings, i, out.indices[i]);
    std::vector<index_state> states;
    bool loaded = true;
    for (std::size_t i = 0; i < out.indices.size(); ++i) {
        out.indices[i].rows = estimate_rows(catalog, tables.report.bindings[i]);
        states.push_back(out.indices[i].state);
        loaded = loaded && states[i].loaded;
    }
    if (out.server->standby) return;
    tables.changes = look_for_changes(with.indices(), states, out.own_slot, tables.report, now,
                                      tables.publication, *out.server);
    // bootstrap sees to what an index needs that is not loaded.
    const postgres::slot_facts not_looked_at;
    if (loaded)
        tables.missing =
            setup_steps(tables.report, tables.publication, not_looked_at, out.own_slot, *out.server);
}

}  // namespace detail

/// Inspects both servers as far as they answer. `known`: what the previous look found, if there was one.
[[nodiscard]] inline status_facts look(contact& with, known_tables* known = nullptr) {
    known_tables nothing;
    status_facts facts;
    facts.own_slot = with.setting().name;
    with.with_database([&](postgres::session& catalog) {
        facts.server = postgres::read_server(catalog);
        facts.database = catalog.server();
        const std::string version(catalog.exec("SHOW server_version").get(0, 0));
        facts.version = version.substr(0, version.find(' '));  // the builder's version may follow
        facts.before = detail::read_slots(catalog, with.setting().name);
    });
    detail::look_at_clusters(with, facts);
    with.with_database([&](postgres::session& catalog) {
        facts.now = detail::look_at_identity(catalog, facts.server->standby);  // after the indices
        std::set<std::string> names{facts.own_slot};
        for (const auto& index : facts.indices) {
            if (!index.state.slot.empty()) names.insert(index.state.slot);
        }
        for (const auto& name : names) {
            const auto slot = postgres::read_slot(catalog, name);
            if (!slot) continue;
            facts.slots[name] = {
                *slot, facts.server->standby ? postgres::slot_lag() : postgres::read_lag(catalog, *slot)};
            if (!facts.server->standby && name == facts.own_slot)
                facts.slot_waits = detail::look_at_slot_wait(catalog, name, *slot);
        }
        try {
            detail::look_at_tables(with, catalog, known == nullptr ? nothing : *known, facts);
        } catch (const error& problem) {
            if (problem.code() != errc::busy || !catalog.usable()) throw;
            facts.tables.reset();
            detail::check_locked_tables(catalog, with.indices(), facts.locked);
        }
    });
    return facts;
}

}  // namespace pgsync::app
