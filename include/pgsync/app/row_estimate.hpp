#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <pgsync/app/json_at.hpp>
#include <pgsync/postgres/session.hpp>

namespace pgsync::app {

namespace detail {

inline std::string rows_of(std::string_view table, std::string_view where) {
    std::string out = " FROM " + std::string(table);
    if (!where.empty()) out.append(" WHERE (").append(where).append("\n)");  // it may end in a comment
    return out;
}

}  // namespace detail

/// What the planner thinks: it knows the size of a table as it is now, of partitions, and what a condition
/// leaves, and need not read it. `table` is quoted already, `where` may be empty.
[[nodiscard]] inline std::optional<std::uint64_t> planned_rows(postgres::session& catalog,
                                                               std::string_view table,
                                                               std::string_view where) {
    const auto found = catalog.exec("EXPLAIN (FORMAT JSON) SELECT 1" + detail::rows_of(table, where));
    const auto plan =
        boost::json::parse(boost::json::string_view(found.get(0, 0).data(), found.get(0, 0).size()));
    if (!plan.is_array() || plan.get_array().empty()) return std::nullopt;
    return number_at(plan.get_array()[0], "Plan", "Plan Rows");
}

/// The same, but counted where the table is small: there a guess would be far off, and counting takes no
/// time.
[[nodiscard]] inline std::uint64_t estimate_rows(postgres::session& catalog, std::string_view table,
                                                 std::string_view where) {
    constexpr std::uint64_t few = 100'000;
    const auto all = planned_rows(catalog, table, {});
    if (!all || *all >= few) return planned_rows(catalog, table, where).value_or(0);
    return std::stoull(
        std::string(catalog.exec("SELECT count(*)" + detail::rows_of(table, where)).get(0, 0)));
}

}  // namespace pgsync::app
