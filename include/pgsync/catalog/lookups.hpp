#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/catalog/table_facts.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/version.hpp>
#include <pgsync/shape/node.hpp>

/// By which columns the queries of a shape look up rows, and whether an index supports that.
namespace pgsync::postgres {

/// The columns by which rows of a node's table are looked up.
struct lookup {
    std::size_t node = 0;
    std::vector<std::string> columns;
    bool for_documents = false;  ///< to build a document
    bool for_owners = false;     ///< to find the documents that a changed row affects
};

/// Returns all look-ups of the keys query and of the owners queries, without duplicates per node.
[[nodiscard]] inline std::vector<lookup> lookups_of(const compiled_index& index) {
    std::vector<lookup> out;
    const auto& shape = index.shape;
    const auto add = [&](std::size_t node, bool owners, std::vector<std::string> columns) {
        if (columns.empty()) return;
        auto sorted = columns;
        std::sort(sorted.begin(), sorted.end());
        auto found = std::find_if(out.begin(), out.end(), [&](lookup each) {
            std::sort(each.columns.begin(), each.columns.end());
            return each.node == node && each.columns == sorted;
        });
        if (found == out.end()) found = out.insert(out.end(), {node, std::move(columns), false, false});
        (owners ? found->for_owners : found->for_documents) = true;
    };
    const auto columns_of = [&](const node_data& node, bool of_parent) {
        std::vector<std::string> names;
        for (const auto& link : shape.links_of(node))
            names.emplace_back(of_parent ? link.parent : link.child);
        return names;
    };
    for (const auto& route : index.routes) {
        const auto& node = shape.nodes[route.node];
        if (route.node == 0) continue;
        // Documents: from the parent's row down to this one. Owners: from a changed row's values up to the
        // parent's row.
        if (node.kind != relation::source) add(route.node, false, columns_of(node, false));
        if (!route.direct && !route.columns.empty()) {
            add(node.parent, true, columns_of(node, true));
            if (is_recursive(node)) add(route.node, true, columns_of(node, true));
        }
    }
    return out;
}

enum class coverage : std::uint8_t {
    none,
    partly,  ///< an index begins with one of the columns
    full,
};

/// Returns how far an index finds rows of a table by equality of these columns.
[[nodiscard]] inline coverage covered(const table_facts& table, const std::vector<std::string>& columns) {
    if (table.indexed(columns)) return coverage::full;
    const auto wanted = [&](const std::string& column) {
        return std::find(columns.begin(), columns.end(), column) != columns.end();
    };
    auto best = coverage::none;
    for (const auto& index : table.indexes) {
        if (!index.valid || index.partial || index.columns.empty() || !wanted(index.columns[0])) continue;
        if (index.method != "btree" && index.method != "hash") continue;
        // All columns of a unique index are given: at most one row is left.
        const bool all = std::all_of(index.columns.begin(), index.columns.end(), wanted);
        if (all && index.unique) return coverage::full;
        best = coverage::partly;
    }
    return best;
}

/// Returns the same for a partitioned table: the index may be its own, or there may be one on each partition.
[[nodiscard]] inline coverage covered(const table_facts& table, const std::vector<table_facts>& partitions,
                                      const std::vector<std::string>& columns) {
    auto best = covered(table, columns);
    if (partitions.empty() || best == coverage::full) return best;
    auto worst = coverage::full;
    for (const auto& each : partitions) worst = std::min(worst, covered(each, columns));
    return std::max(best, worst);
}

namespace detail {

[[nodiscard]] inline std::string index_columns(const std::vector<std::string>& columns) {
    std::string out;
    for (const auto& column : columns) out += (out.empty() ? "" : ", ") + quote_identifier(column);
    return out;
}

/// Appends the statements for one table. The first ones drop invalid indexes that an earlier attempt left:
/// they are of no use but are still maintained at every write.
inline void add_index_statements(std::vector<std::string>& out, const table_facts& table,
                                 const std::vector<std::string>& columns) {
    for (const auto& index : table.indexes) {
        if (!index.valid && index.columns == columns && !index.partial)
            out.push_back("DROP INDEX CONCURRENTLY " + quote_identifier(table.schema) + "." +
                          quote_identifier(index.name));
    }
    out.push_back("CREATE INDEX CONCURRENTLY ON " + quoted_name(table) + " (" + index_columns(columns) + ")");
}

}  // namespace detail

/// Returns the statements that create the index without blocking writes. A partitioned table does not support
/// CONCURRENTLY: each partition gets its index first, and the one on the table itself then only has to attach
/// them.
[[nodiscard]] inline std::vector<std::string> index_statements(const table_facts& table,
                                                               const std::vector<table_facts>& partitions,
                                                               const std::vector<std::string>& columns,
                                                               int version) {
    std::vector<std::string> out;
    if (table.kind != 'p') {
        detail::add_index_statements(out, table, columns);
        return out;
    }
    for (const auto& each : partitions) {
        if (each.kind == 'r' && covered(each, columns) != coverage::full)
            detail::add_index_statements(out, each, columns);
    }
    if (has_partitioned_indexes(version))
        out.push_back("CREATE INDEX ON " + quoted_name(table) + " (" + detail::index_columns(columns) + ")");
    return out;
}

}  // namespace pgsync::postgres
