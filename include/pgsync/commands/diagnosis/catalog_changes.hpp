#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/base/finding.hpp>
#include <pgsync/catalog/origin.hpp>
#include <pgsync/catalog/publication_facts.hpp>
#include <pgsync/catalog/read_origin.hpp>
#include <pgsync/catalog/server_facts.hpp>
#include <pgsync/catalog/shape_check.hpp>
#include <pgsync/catalog/table_uses.hpp>
#include <pgsync/commands/setup/setup.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/postgres/version.hpp>
#include <pgsync/shape/node.hpp>
#include <pgsync/store/index_state.hpp>

/// Finds what has changed in the database since the documents of loaded indices were read, without change
/// events from the slot. Used by bootstrap, sync, status and doctor.
namespace pgsync::app {

/// What one index needs because of such changes.
struct index_changes {
    bool read_again = false;  ///< read every document again
    /// Partitions whose rows have no change events, by the table's name in the shape.
    std::map<std::string, std::vector<std::uint32_t>> new_partitions{};
};

struct catalog_changes {
    findings conditions{};
    std::vector<index_changes> indices{};  ///< one for each index, in order
    /// Why WAL from the slot's position on cannot be decoded, which means that the slot has lost changes.
    std::optional<std::string> lost{};

    [[nodiscard]] bool read_again() const {
        return std::any_of(indices.begin(), indices.end(), [](const auto& each) { return each.read_again; });
    }
    [[nodiscard]] bool new_partitions() const {
        return std::any_of(indices.begin(), indices.end(),
                           [](const auto& each) { return !each.new_partitions.empty(); });
    }
};

namespace detail {

inline finding mended_by_reading(std::string_view code, std::string what, std::string why) {
    return {severity::error, code, std::move(what), std::move(why), {by_command("sync")}, mended_by::sync};
}

/// Returns the finding that describes a difference to the operator.
inline finding condition_of(const postgres::origin_difference& each, const std::string& index,
                            const std::string& publication) {
    using postgres::origin_change;
    const auto table = "table \"" + each.table + "\"";
    const auto documents = "the documents of index \"" + index + "\" that show its rows are read again";
    switch (each.what) {
        case origin_change::table_replaced:
            return mended_by_reading(
                "table_replaced",
                table + " is another table than the one that documents of index \"" + index +
                    "\" were read from: it was dropped and created again, or another one was "
                    "renamed to its name",
                "its rows came without change events; sync sees to replica identity and "
                "publication, and " +
                    documents);
        case origin_change::column_replaced:
            return mended_by_reading("column_replaced",
                                     "column \"" + each.column + "\" of " + table +
                                         " is another column than before, or was rewritten with other values",
                                     "no change event has its values; " + documents);
        case origin_change::partition_added:
            return {severity::warning,
                    "partition_added",
                    table + " has " + std::to_string(each.partitions.size()) + " new partition" +
                        (each.partitions.size() == 1 ? "" : "s"),
                    "rows that they had when they were attached came without change events; sync reads the "
                    "documents "
                    "that show them",
                    {by_command("sync")},
                    mended_by::sync};
        case origin_change::partition_removed:
            return mended_by_reading(
                "partition_removed",
                table + " has lost a partition, for good or for a while: it was detached or dropped",
                "its rows left, and perhaps came back, without change events; " + documents);
        case origin_change::unpublished:
            return mended_by_reading(
                "table_unpublished",
                table + " was taken out of publication \"" + publication + "\" for a while, or is",
                "changes made meanwhile were not sent; " + documents);
        case origin_change::view_changed:
            return mended_by_reading(
                "view_changed",
                "view \"" + each.table + "\" has another definition than before, or was refreshed",
                "no change event has its rows; " + documents);
        case origin_change::publication_altered:
            return mended_by_reading(
                "publication_altered",
                "publication \"" + publication + "\" was altered, and may have left out changes for a while",
                "which ones is not known; every document of index \"" + index + "\" is read again");
        case origin_change::publication_replaced:
            break;
    }
    return {severity::error,
            "publication_replaced",
            "publication \"" + publication + "\" was dropped, and perhaps created again",
            "PostgreSQL cannot decode the WAL from before that for it, so that changes to index \"" + index +
                "\" are lost",
            {by_command("bootstrap --on-lost-slot=resync")}};
}

/// Returns the tables of the shapes that a publication leaves out or publishes only in part.
inline std::vector<std::uint32_t> tables_left_out(const postgres::shape_report& report,
                                                  const postgres::publication_facts& publication) {
    std::vector<std::uint32_t> out;
    for (const auto& table : report.tables) {
        const auto& narrowed = publication.narrowed;
        const bool in_part = std::find(narrowed.begin(), narrowed.end(), table.oid) != narrowed.end();
        if (in_part || !publishes(publication, table)) out.push_back(table.oid);
    }
    return out;
}

inline bool reads(const postgres::index_binding& index, const std::vector<std::uint32_t>& tables) {
    return std::any_of(index.routes.begin(), index.routes.end(), [&](const auto& route) {
        return std::find(tables.begin(), tables.end(), route.table_oid) != tables.end();
    });
}

/// Finds views that do not read the tables that depends_on names. This happens when a table is replaced under
/// its name: a view keeps reading the table that it was created with.
inline findings misled_views(const compiled_index& index, const postgres::index_binding& bound,
                             const postgres::catalog_state& now) {
    findings out;
    const auto& nodes = index.shape.nodes;
    for (std::size_t r = 0; r < index.routes.size(); ++r) {
        const auto& source = nodes[index.routes[r].node];
        if (source.kind != relation::source) continue;
        for (const auto& view : nodes) {
            const bool its = view.view && view.kind != relation::source && view.parent == source.parent &&
                             view.member == source.member;
            const auto reads = now.read_by_views.find(postgres::written_name(view));
            if (!its || reads == now.read_by_views.end()) continue;
            const bool read = std::any_of(reads->second.begin(), reads->second.end(), [&](const auto& each) {
                return bound.routes[r].covers(each.first);
            });
            if (read) continue;
            std::string tables;
            for (const auto& [oid, called] : reads->second) tables += (tables.empty() ? "" : ", ") + called;
            out.push_back(
                {severity::warning,
                 "view_misled",
                 "view \"" + postgres::written_name(view) + "\" of index \"" + std::string(index.name) +
                     "\" does not read table \"" + postgres::written_name(source) +
                     "\", which depends_on names; it reads " + tables,
                 "changes of those are not followed; a view goes on reading the table that it was made with, "
                 "whatever that is called now",
                 {by_hand(
                     "CREATE OR REPLACE VIEW with the table that has the name now, or correct depends_on")}});
        }
    }
    return out;
}

}  // namespace detail

/// Compares what loaded indices were made from with the current database. `states`, `report.bindings` and
/// `indices` have one entry for each index. Only loaded indices that follow `slot_name` count, except for
/// views that read other tables than the shape says.
[[nodiscard]] inline catalog_changes look_for_changes(
    std::span<const compiled_index> indices, std::span<const index_state> states,
    const std::string& slot_name, const postgres::shape_report& report,
    const postgres::catalog_state& catalog, const std::optional<postgres::publication_facts>& publication,
    const postgres::server_facts& server) {
    using postgres::origin_change;
    catalog_changes out;
    out.indices.resize(states.size());
    const auto add = [&](finding condition) {
        const auto same = [&](const finding& each) { return each.what == condition.what; };
        if (std::none_of(out.conditions.begin(), out.conditions.end(), same))
            out.conditions.push_back(std::move(condition));
    };
    const bool published = postgres::has_publications(server.version);
    const auto left_out =
        publication ? detail::tables_left_out(report, *publication) : std::vector<std::uint32_t>();
    const bool fewer = publication && leaves_out_operations(*publication, server.version);
    const bool hides_truncate = publication && hides_leaf_truncate(*publication, report);
    for (std::size_t i = 0; i < states.size(); ++i) {
        const auto& state = states[i];
        // This matters before and during a load as well.
        for (auto& each : detail::misled_views(indices[i], report.bindings[i], catalog)) add(std::move(each));
        if (!state.loaded || state.slot != slot_name) continue;
        const std::string name(indices[i].name);
        auto& mine = out.indices[i];
        if (published && !publication) {
            const postgres::origin_difference gone{origin_change::publication_replaced};
            out.lost = "publication \"" + slot_name + "\" is gone";
            add(detail::condition_of(gone, name, slot_name));
            continue;
        }
        for (const auto& table : report.tables) {
            if (std::find(left_out.begin(), left_out.end(), table.oid) == left_out.end() ||
                !detail::reads(report.bindings[i], {table.oid}))
                continue;
            mine.read_again = true;
            add(detail::mended_by_reading(
                "table_unpublished",
                "publication \"" + slot_name + "\" leaves out " + table.quoted_name +
                    ", or some of its rows or columns",
                "changes that it does not send are in no document; sync puts the table in, "
                "and documents of index \"" +
                    name + "\" are read again"));
        }
        if (fewer || hides_truncate) {
            mine.read_again = true;
            add(detail::mended_by_reading(
                "publication_altered",
                "publication \"" + slot_name + "\" leaves out " +
                    (fewer ? "some kinds of changes"
                           : "TRUNCATE of single partitions (publish_via_partition_root)"),
                "changes that it does not send are in no document; sync alters it, and documents of index "
                "\"" +
                    name + "\" are read again"));
        }
        if (!state.made_from) continue;
        for (const auto& each :
             postgres::differences(*state.made_from, postgres::origin_of(indices[i], catalog.made_of))) {
            if (each.what == origin_change::publication_replaced) {
                out.lost = "publication \"" + slot_name + "\" was dropped and created again";
            } else if (each.what == origin_change::partition_added) {
                mine.new_partitions[each.table] = each.partitions;
            } else {
                mine.read_again = true;
            }
            add(detail::condition_of(each, name, slot_name));
        }
    }
    return out;
}

}  // namespace pgsync::app
