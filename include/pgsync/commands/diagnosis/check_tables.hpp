#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/base/finding.hpp>
#include <pgsync/base/format_units.hpp>
#include <pgsync/catalog/identity_plan.hpp>
#include <pgsync/catalog/lookups.hpp>
#include <pgsync/catalog/publication_facts.hpp>
#include <pgsync/catalog/read_tables.hpp>
#include <pgsync/catalog/server_facts.hpp>
#include <pgsync/catalog/shape_check.hpp>
#include <pgsync/catalog/slot_facts.hpp>
#include <pgsync/catalog/table_facts.hpp>
#include <pgsync/commands/diagnosis/check_partitions.hpp>
#include <pgsync/commands/diagnosis/check_rows.hpp>
#include <pgsync/commands/diagnosis/check_writes.hpp>
#include <pgsync/commands/setup/setup.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>

/// What doctor checks in the tables besides their conditions: replica identities, publication, and the
/// indexes that the queries need.
namespace pgsync::app::detail {

/// How large a table is, and how often its rows change.
struct table_size {
    double rows = 0;              ///< estimated
    std::uint64_t bytes = 0;      ///< of the main relation, without TOAST
    std::uint64_t rewritten = 0;  ///< rows updated or deleted since the server's statistics began
    bool analysed = true;
};

/// Estimates the number of rows from `reltuples`; if that is still unknown, assumes 100 bytes per row.
[[nodiscard]] inline double about_rows(double reltuples, std::uint64_t bytes) {
    if (reltuples > 0 || bytes == 0) return std::max(reltuples, 0.0);
    return static_cast<double>(bytes) / 100;
}

[[nodiscard]] inline std::map<std::uint32_t, table_size> read_sizes(postgres::session& catalog,
                                                                    const std::vector<std::uint32_t>& oids) {
    std::string list;
    for (const auto oid : oids) list += (list.empty() ? "" : ", ") + std::to_string(oid);
    std::map<std::uint32_t, table_size> out;
    if (list.empty()) return out;
    const auto rows = catalog.exec(
        "SELECT c.oid, c.reltuples::float8::text, pg_catalog.pg_relation_size(c.oid), "
        "pg_catalog.pg_stat_get_tuples_updated(c.oid) + pg_catalog.pg_stat_get_tuples_deleted(c.oid), "
        "c.reltuples > 0 OR coalesce(pg_catalog.pg_stat_get_last_analyze_time(c.oid), "
        "pg_catalog.pg_stat_get_last_autoanalyze_time(c.oid)) IS NOT NULL "
        "FROM pg_catalog.pg_class c WHERE c.oid IN (" +
        list + ")");
    for (int i = 0; i < rows.rows(); ++i) {
        postgres::catalog_row row(rows.row(i));
        const auto oid = row.number<std::uint32_t>();
        auto& size = out[oid];
        const auto seen = std::strtod(row.text().c_str(), nullptr);
        size.bytes = row.number<std::uint64_t>();
        size.rewritten = row.number<std::uint64_t>();
        size.rows = about_rows(seen, size.bytes);
        size.analysed = row.flag() || size.bytes == 0;
    }
    return out;
}

/// The tables of the shapes, as found in the catalog.
struct tables_seen {
    std::vector<std::optional<postgres::table_facts>> tables;  ///< one for each node of each index
    postgres::partition_facts partitions;
    std::map<std::uint32_t, table_size> sizes;

    [[nodiscard]] std::vector<postgres::table_facts> parts_of(const postgres::table_facts& table) const {
        const auto found = partitions.find(table.oid);
        return found == partitions.end() ? std::vector<postgres::table_facts>() : found->second;
    }
    [[nodiscard]] table_size size_of(const postgres::table_facts& table) const {
        table_size sum;
        const auto add = [&](std::uint32_t oid) {
            const auto found = sizes.find(oid);
            if (found == sizes.end()) return;
            sum.rows += found->second.rows;
            sum.bytes += found->second.bytes;
            sum.rewritten += found->second.rewritten;
        };
        const auto parts = parts_of(table);
        if (table.kind == 'p') {
            for (const auto& each : parts) add(each.oid);
        } else {
            add(table.oid);
        }
        return sum;
    }
};

[[nodiscard]] inline tables_seen see_tables(std::span<const compiled_index> indices,
                                            postgres::session& catalog) {
    std::vector<postgres::table_name> names;
    for (const auto& index : indices) {
        for (const auto& node : index.shape.nodes)
            names.push_back({std::string(node.schema), std::string(node.table)});
    }
    tables_seen out;
    out.tables = postgres::read_tables(catalog, names);
    out.partitions = postgres::read_partitions(catalog, out.tables);
    std::vector<std::uint32_t> oids;
    for (const auto& table : out.tables) {
        if (table) oids.push_back(table->oid);
    }
    for (const auto& [root, parts] : out.partitions) {
        for (const auto& part : parts) oids.push_back(part.oid);
    }
    out.sizes = read_sizes(catalog, oids);
    return out;
}

/// The purposes of a look-up by some columns of a table, over all indices.
struct needed_index {
    const postgres::table_facts* table = nullptr;
    std::vector<std::string> columns;
    bool for_documents = false;
    bool for_owners = false;
    std::set<std::string> indices;
};

[[nodiscard]] inline std::vector<needed_index> needed_indexes(std::span<const compiled_index> indices,
                                                              const tables_seen& seen) {
    std::vector<needed_index> out;
    std::size_t first = 0;
    for (const auto& index : indices) {
        for (const auto& each : postgres::lookups_of(index)) {
            const auto& table = seen.tables[first + each.node];
            // Neither a view nor a foreign table can be given an index here.
            if (!table || table->kind == 'v' || table->kind == 'f') continue;
            auto found = std::find_if(out.begin(), out.end(), [&](const needed_index& known) {
                return known.table->oid == table->oid &&
                       std::is_permutation(known.columns.begin(), known.columns.end(), each.columns.begin(),
                                           each.columns.end());
            });
            if (found == out.end()) found = out.insert(out.end(), {&*table, each.columns, false, false, {}});
            found->for_documents = found->for_documents || each.for_documents;
            found->for_owners = found->for_owners || each.for_owners;
            found->indices.insert(std::string(index.name));
        }
        first += index.shape.nodes.size();
    }
    return out;
}

inline void check_lookups(std::span<const compiled_index> indices, const tables_seen& seen, int version,
                          findings& found) {
    constexpr double large = 1'000;
    for (const auto& need : needed_indexes(indices, seen)) {
        const auto parts = seen.parts_of(*need.table);
        const auto how = postgres::covered(*need.table, parts, need.columns);
        if (how == postgres::coverage::full) continue;
        const auto size = seen.size_of(*need.table);
        std::string columns;
        for (const auto& column : need.columns) columns += (columns.empty() ? "" : ", ") + column;
        std::string who;
        for (const auto& index : need.indices) who += (who.empty() ? "" : ", ") + index;
        std::vector<step> remedy;
        for (auto& sql : postgres::index_statements(*need.table, parts, need.columns, version))
            remedy.push_back(by_sql(std::move(sql)));
        const bool small = size.rows < large;
        std::string why = need.for_documents ? "to make a document" : "";
        if (need.for_owners)
            why += std::string(why.empty() ? "" : ", and ") + "to find the documents of a changed row";
        found.push_back(
            {small || how == postgres::coverage::partly ? severity::advice : severity::warning,
             "missing_index",
             "table " + shown_name(*need.table) + " has no index on (" + columns + ")" +
                 (how == postgres::coverage::partly ? ", only one that begins with part of it" : ""),
             "rows are looked up by it " + why + " of " + who + "; without, " +
                 (small ? "the whole table is read each time, which will matter when it has grown"
                        : "all its rows (about " + log::fixed(size.rows, 0) + ") are read each time"),
             remedy});
    }
}

inline void check_statistics(const tables_seen& seen, findings& found) {
    std::set<std::uint32_t> told;
    std::string which;
    std::vector<step> remedy;
    const auto check = [&](const postgres::table_facts& table) {
        const auto size = seen.sizes.find(table.oid);
        if (size == seen.sizes.end() || size->second.analysed || table.kind == 'v' || table.kind == 'p')
            return;
        if (!told.insert(table.oid).second) return;
        which += (which.empty() ? "" : ", ") + shown_name(table);
        remedy.push_back(by_sql("ANALYZE " + postgres::quoted_name(table)));
    };
    for (const auto& table : seen.tables) {
        if (table) check(*table);
    }
    for (const auto& [root, parts] : seen.partitions) {
        for (const auto& part : parts) check(part);
    }
    if (remedy.empty()) return;
    found.push_back({severity::advice, "statistics", "never analysed: " + which,
                     "PostgreSQL plans the queries without knowing what is in these tables",
                     std::move(remedy)});
}

inline void check_full_identities(const postgres::shape_report& report, const tables_seen& seen,
                                  const std::string& name, int version, findings& found) {
    for (const auto& need : report.identities) {
        const auto& table = need.table;
        if (table.replica_identity != 'f' || need.columns.empty()) continue;
        const auto size = seen.sizes.find(table.oid);
        if (size == seen.sizes.end()) continue;
        const double width =
            size->second.rows < 1 ? 0 : static_cast<double>(size->second.bytes) / size->second.rows;
        // Few updates of small rows, or very few of any size, add little to WAL.
        if (size->second.rewritten < 10'000 && (width < 256 || size->second.rewritten < 1'000)) continue;
        const auto others = other_publications(report, table.oid, name);
        auto remedy = steps_of(postgres::narrower_identity(table, need.columns, version, others));
        if (remedy.empty()) continue;
        found.push_back({severity::advice, "identity_full",
                         "table " + shown_name(table) + " has REPLICA IDENTITY FULL, with rows of about " +
                             bytes_text(static_cast<std::uint64_t>(width)) + " and " +
                             std::to_string(size->second.rewritten) + " updated or deleted so far",
                         "each update writes the whole old row into WAL; an index identity writes what is "
                         "needed, but an update of columns that no document has then costs a read",
                         std::move(remedy)});
    }
}

/// Reports the setup steps for replica identities and publication that bootstrap will need and this role may
/// not run.
inline void check_setup(postgres::session& catalog, std::span<const compiled_index> indices,
                        const std::vector<bool>& loaded, const std::string& name,
                        const postgres::server_facts& server, findings& found) {
    const auto publication = postgres::read_publication(catalog, name);
    std::vector<compiled_index> followed;
    std::vector<compiled_index> others;
    for (std::size_t i = 0; i < indices.size(); ++i) (loaded[i] ? followed : others).push_back(indices[i]);
    const postgres::slot_facts not_looked_at;
    const auto steps = [&](const std::vector<compiled_index>& of) {
        if (of.empty()) return std::vector<setup_step>();
        return setup_steps(postgres::check_shapes(of, catalog), publication, not_looked_at, name, server);
    };
    std::set<std::string> told;
    for (const auto& each : steps(followed)) told.insert(each.sql);  // already reported as a condition
    for (const auto& each : steps(others)) {
        if (each.own || told.contains(each.sql)) continue;
        found.push_back({severity::error,
                         "setup_right",
                         "this role may not run: " + each.sql,
                         each.why + "; bootstrap stops without it",
                         {by_sql(each.sql)}});
    }
}

inline void check_tables(postgres::session& catalog, const postgres::shape_report& report,
                         std::span<const compiled_index> indices, const std::vector<bool>& loaded,
                         const std::string& name, const postgres::server_facts& server, findings& found) {
    const auto seen = see_tables(indices, catalog);
    check_lookups(indices, seen, server.version, found);
    check_statistics(seen, found);
    for (auto& each : encodings(server.encoding)) found.push_back(std::move(each));
    for (auto& each : nullable_keys(indices, seen.tables)) found.push_back(std::move(each));
    if (!report.findings.empty() || !report.rights.empty()) return;
    check_setup(catalog, indices, loaded, name, server, found);
    for (auto& each : partition_findings(catalog, report, name, server.version))
        found.push_back(std::move(each));
    check_full_identities(report, seen, name, server.version, found);
}

}  // namespace pgsync::app::detail
