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

#include <pgsync/app/finding.hpp>
#include <pgsync/app/setup.hpp>
#include <pgsync/app/words.hpp>
#include <pgsync/compiled.hpp>
#include <pgsync/postgres/lookups.hpp>
#include <pgsync/postgres/publication_facts.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/read_tables.hpp>
#include <pgsync/postgres/server_facts.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/shape_check.hpp>
#include <pgsync/postgres/slot_facts.hpp>
#include <pgsync/postgres/table_facts.hpp>

/// What doctor looks at in the tables: whether they are as the shapes say, replica identities and
/// publication, and the indexes that the queries need.
namespace pgsync::app::detail {

/// How large and how busy a table is.
struct table_size {
    double rows = 0;              ///< about
    std::uint64_t bytes = 0;      ///< of its own file, without what is stored apart
    std::uint64_t rewritten = 0;  ///< rows updated or deleted since the server began to count
    bool analysed = true;
};

/// `reltuples` as the catalog has it: nothing is known at first.
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
        postgres::detail::catalog_row row(rows.row(i));
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

/// The tables of the shapes, as the catalog has them.
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
    out.partitions = postgres::detail::read_partitions(catalog, out.tables);
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

inline std::string shown_name(const postgres::table_facts& table) { return table.schema + "." + table.name; }

/// What a look-up by some columns of a table is for, over all indices.
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
            // What a view looks up is in its own hands.
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
        remedy.push_back(by_sql("ANALYZE " + postgres::detail::qualified(table)));
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

/// The columns of each table whose old values lead to documents, by its oid; of partitions their table's.
[[nodiscard]] inline std::map<std::uint32_t, std::set<std::string>> identity_needs(
    std::span<const compiled_index> indices, const postgres::shape_report& report) {
    std::map<std::uint32_t, std::set<std::string>> out;
    for (std::size_t i = 0; i < report.bindings.size(); ++i) {
        const auto& binding = report.bindings[i];
        for (std::size_t route = 0; route < binding.routes.size(); ++route) {
            const auto& bound = binding.routes[route];
            auto tables = bound.partitions;
            if (tables.empty()) tables.push_back(bound.table_oid);
            for (const auto table : tables) {
                auto& needs = out[table];
                for (const auto column : indices[i].routes[route].columns) needs.insert(std::string(column));
                if (route == 0 && !indices[i].routing.empty()) needs.insert(std::string(indices[i].routing));
            }
        }
    }
    return out;
}

/// An index to be the table's replica identity; null where there is none.
[[nodiscard]] inline const postgres::index_facts* identity_index(const postgres::table_facts& table,
                                                                 const std::set<std::string>& needs) {
    const auto found = std::find_if(table.indexes.begin(), table.indexes.end(), [&](const auto& index) {
        return index.identifies() && std::all_of(needs.begin(), needs.end(), [&](const std::string& column) {
                   return std::find(index.columns.begin(), index.columns.end(), column) !=
                          index.columns.end();
               });
    });
    return found == table.indexes.end() ? nullptr : &*found;
}

/// What makes the log hold less of a table than whole old rows; empty where nothing can.
[[nodiscard]] inline std::vector<step> narrower_identity(const postgres::table_facts& table,
                                                         const std::set<std::string>& needs) {
    const auto name = postgres::detail::qualified(table);
    if (const auto* index = identity_index(table, needs)) {
        return {
            by_sql("ALTER TABLE " + name + " REPLICA IDENTITY " +
                   (index->primary ? "DEFAULT" : "USING INDEX " + postgres::quote_identifier(index->name)))};
    }
    // What is needed, and the primary key to make it unique.
    std::vector<std::string> columns(needs.begin(), needs.end());
    for (const auto& part : table.primary_key) {
        if (!needs.contains(part)) columns.push_back(part);
    }
    const bool possible = !table.primary_key.empty() &&
                          std::all_of(columns.begin(), columns.end(), [&](const std::string& each) {
                              const auto* column = table.column(each);
                              return column != nullptr && column->not_null && !column->generated;
                          });
    if (!possible) return {};
    const auto index = postgres::quote_identifier(table.name.substr(0, 50) + "_identity");
    return {by_sql("CREATE UNIQUE INDEX CONCURRENTLY " + index + " ON " + name + " (" +
                   postgres::detail::index_columns(columns) + ")"),
            by_sql("ALTER TABLE " + name + " REPLICA IDENTITY USING INDEX " + index)};
}

inline void check_full_identities(std::span<const compiled_index> indices,
                                  const postgres::shape_report& report, const tables_seen& seen,
                                  findings& found) {
    const auto needs = identity_needs(indices, report);
    std::set<std::uint32_t> told;
    const auto check = [&](const postgres::table_facts& table) {
        const auto need = needs.find(table.oid);
        if (table.replica_identity != 'f' || need == needs.end() || need->second.empty()) return;
        const auto size = seen.sizes.find(table.oid);
        if (size == seen.sizes.end() || !told.insert(table.oid).second) return;
        const double width =
            size->second.rows < 1 ? 0 : static_cast<double>(size->second.bytes) / size->second.rows;
        // Where rows are few and small the whole of them in the log is no matter.
        if (size->second.rewritten < 10'000 && (width < 256 || size->second.rewritten < 1'000)) return;
        auto remedy = narrower_identity(table, need->second);
        if (remedy.empty()) return;
        found.push_back(
            {severity::advice, "identity_full",
             "table " + shown_name(table) + " has REPLICA IDENTITY FULL, with rows of about " +
                 bytes_text(static_cast<std::uint64_t>(width)) + " and " +
                 std::to_string(size->second.rewritten) + " updated or deleted so far",
             "each update writes the whole old row into the log; an index identity writes what is "
             "needed, but an update of columns that no document has then costs a read",
             std::move(remedy)});
    };
    for (const auto& table : seen.tables) {
        if (table) check(*table);
    }
    for (const auto& [root, parts] : seen.partitions) {
        for (const auto& part : parts) check(part);
    }
}

/// Replica identities and publication. What bootstrap does itself is no finding before it has run.
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
    std::vector<step> all;
    std::string what;
    for (const auto& each : steps(followed)) {
        told.insert(each.sql);
        all.push_back(by_sql(each.sql));
        what += (what.empty() ? "" : "; ") + each.why;
    }
    if (!all.empty()) {
        all.push_back(by_command("teardown"));
        all.push_back(by_command("bootstrap"));
        found.push_back(
            {severity::error, "setup", "the log does not say all that the shapes need: " + what,
             "sync refuses to start; changes may have gone unseen, so everything is to be read again",
             std::move(all)});
    }
    for (const auto& each : steps(others)) {
        if (each.own || told.contains(each.sql)) continue;
        found.push_back({severity::error,
                         "setup_right",
                         "this role may not run: " + each.sql,
                         each.why + "; bootstrap stops without it",
                         {by_sql(each.sql)}});
    }
}

inline void check_tables(postgres::session& catalog, std::span<const compiled_index> indices,
                         const std::vector<bool>& loaded, const std::string& name,
                         const postgres::server_facts& server, findings& found) {
    const auto report = postgres::check_shapes(indices, catalog);
    for (const auto& right : report.rights) {
        found.push_back({severity::error,
                         "right",
                         right.what,
                         "documents could not be read; " + right.who + " has to run",
                         {by_sql(right.sql)}});
    }
    for (const auto& each : report.findings)
        found.push_back({severity::error, "shape", each, "bootstrap and sync refuse to start", {}});
    const auto seen = see_tables(indices, catalog);
    check_lookups(indices, seen, server.version, found);
    check_statistics(seen, found);
    if (!report.findings.empty() || !report.rights.empty()) return;
    check_setup(catalog, indices, loaded, name, server, found);
    check_full_identities(indices, report, seen, found);
}

}  // namespace pgsync::app::detail
