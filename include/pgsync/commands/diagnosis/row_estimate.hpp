#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <pgsync/base/json_at.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/pipeline/document_fault.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/shape/node.hpp>

namespace pgsync::app {

namespace detail {

inline std::string rows_of(std::string_view table, std::string_view where) {
    std::string out = " FROM " + std::string(table);
    if (!where.empty()) out.append(" WHERE (").append(where).append("\n)");  // safe even after a comment
    return out;
}

}  // namespace detail

/// Returns the planner's estimate, without reading the table: it takes the current size of the table,
/// partitions and the condition into account. `table` is already quoted, `where` may be empty.
[[nodiscard]] inline std::optional<std::uint64_t> planned_rows(postgres::session& catalog,
                                                               std::string_view table,
                                                               std::string_view where) {
    const auto found = catalog.exec("EXPLAIN (FORMAT JSON) SELECT 1" + detail::rows_of(table, where));
    const auto plan =
        boost::json::parse(boost::json::string_view(found.get(0, 0).data(), found.get(0, 0).size()));
    if (!plan.is_array() || plan.get_array().empty()) return std::nullopt;
    return number_at(plan.get_array()[0], "Plan", "Plan Rows");
}

/// Estimates how many rows of an index have a document. Small tables are counted: there an estimate would be
/// far off, and counting is quick.
[[nodiscard]] inline std::uint64_t estimate_rows(postgres::session& catalog,
                                                 const postgres::index_binding& bound) {
    constexpr std::uint64_t few = 100'000;
    const auto& index = *bound.index;
    const auto& table = bound.routes.front().table;
    std::string where = index.where.empty() ? "true" : "(" + std::string(index.where) + "\n)";
    for (std::size_t part = 0; part < index.shape.key_size(index.shape.root()); ++part) {
        where += " AND " + postgres::quote_identifier(index.shape.key_of(index.shape.root(), part).name) +
                 " IS NOT NULL";
    }
    const auto all = planned_rows(catalog, table, {});
    if (all && *all < few) {
        try {
            return std::stoull(
                std::string(catalog.exec("SELECT count(*)" + detail::rows_of(table, where)).get(0, 0)));
        } catch (const postgres::sql_error& problem) {
            // The condition may fail for a single row; that must affect only that row's document.
            if (!catalog.usable() || !postgres::is_row_fault(problem)) throw;
        }
    }
    return planned_rows(catalog, table, where).value_or(0);
}

}  // namespace pgsync::app
