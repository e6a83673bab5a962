#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/catalog/shape_check.hpp>
#include <pgsync/commands/explain/explain.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/pipeline/document_reader.hpp>
#include <pgsync/postgres/bind_literals.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/routing/key.hpp>

namespace pgsync::app {

/// How the database runs one of the queries.
struct query_plan {
    std::string index;
    std::string query;  ///< `page`, `keys`, `owners of reservations.guest (guest)`
    std::string with;   ///< the keys or values it was planned for
    std::string plan;   ///< EXPLAIN's lines; empty if there are no rows to plan it for
};

namespace detail {

/// Plans the queries of some shapes for existing keys and values. Only reads.
class planner {
  public:
    /// `keys`: how many documents, and changed rows, a query is for. `analyse`: run the queries too.
    planner(postgres::session& connection, std::span<const postgres::index_binding> bindings,
            std::size_t page_size, std::size_t keys, bool analyse)
        : session_(connection),
          bindings_(bindings),
          reader_(connection, bindings),
          page_size_(page_size),
          keys_(keys),
          analyse_(analyse) {}

    [[nodiscard]] std::vector<query_plan> run() {
        session_.exec("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
        for (std::size_t i = 0; i < bindings_.size(); ++i) of_index(i);
        session_.exec("ROLLBACK");
        return std::move(out_);
    }

  private:
    void of_index(std::size_t number) {
        const auto& bound = bindings_[number];
        const auto& index = *bound.index;
        const std::string name(index.name);
        const auto page = reader_.next_page(number, page_size_, std::nullopt);
        if (!page) {
            out_.push_back({name, "page", "no rows", {}});
            return;
        }
        auto literals = key_literals(bound, page->first);
        for (auto& each : key_literals(bound, page->last)) literals.push_back(std::move(each));
        out_.push_back({name, "page",
                        std::to_string(page->rows) + " documents, " + page->first + " to " + page->last,
                        plan(postgres::bind_literals(bound.query(index.page_query), literals))});
        std::vector<std::string> columns;
        for (std::size_t part = 0; part < index.shape.key_size(index.shape.root()); ++part)
            columns.emplace_back(index.shape.key_of(index.shape.root(), part).name);
        const auto keys = values_of(bound.routes[0].table, columns, index.where);
        out_.push_back({name, "keys", shown(keys),
                        plan(postgres::bind_literals(bound.query(index.keys_query),
                                                     arrays(keys, bound.key_array_types)))});
        for (std::size_t route = 0; route < index.routes.size(); ++route) of_route(bound, route);
    }

    void of_route(const postgres::index_binding& bound, std::size_t number) {
        const auto& route = bound.index->routes[number];
        if (route.direct || route.owners_query.empty()) return;
        std::vector<std::string> columns(route.columns.begin(), route.columns.end());
        const auto values = values_of(bound.routes[number].table, columns, {});
        const auto what = "owners of " + node_path(*bound.index, route.node) + " (" +
                          table_name(bound.index->shape.nodes[route.node]) + ")";
        if (values.empty() || values[0].empty()) {
            out_.push_back({std::string(bound.index->name), what, "no rows", {}});
            return;
        }
        out_.push_back({std::string(bound.index->name), what, shown(values),
                        plan(postgres::bind_literals(bound.query(route.owners_query),
                                                     arrays(values, bound.routes[number].array_types)))});
    }

    /// Returns the values of some rows, column by column.
    std::vector<std::vector<std::string>> values_of(const std::string& table,
                                                    const std::vector<std::string>& columns,
                                                    std::string_view where) {
        std::string list;
        std::string there;
        for (const auto& column : columns) {
            const auto quoted = postgres::quote_identifier(column);
            list += (list.empty() ? "" : ", ") + quoted + "::text";
            there += (there.empty() ? "" : " AND ") + quoted + " IS NOT NULL";
        }
        if (!where.empty()) there += " AND (" + std::string(where) + ")";
        const auto rows = session_.exec("SELECT " + list + " FROM " + table + " WHERE " + there + " LIMIT " +
                                        std::to_string(keys_));
        std::vector<std::vector<std::string>> out(columns.size());
        for (int row = 0; row < rows.rows(); ++row) {
            for (std::size_t column = 0; column < columns.size(); ++column)
                out[column].emplace_back(rows.get(row, static_cast<int>(column)));
        }
        return out;
    }

    std::vector<std::string> arrays(const std::vector<std::vector<std::string>>& columns,
                                    const std::vector<std::uint32_t>& types) {
        std::vector<std::string> out;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const std::vector<std::string_view> views(columns[i].begin(), columns[i].end());
            const auto type =
                session_.exec("SELECT pg_catalog.format_type(" + std::to_string(types[i]) + ", NULL)");
            out.push_back(postgres::quote_literal(postgres::array_literal(views)) +
                          "::" + std::string(type.get(0, 0)));
        }
        return out;
    }

    static std::vector<std::string> key_literals(const postgres::index_binding& bound, std::string_view key) {
        constexpr std::uint32_t int8_array = 1016;
        std::vector<std::string> out;
        const auto parts = split_key(key);
        for (std::size_t i = 0; i < parts.size(); ++i)
            out.push_back(postgres::quote_literal(parts[i]) +
                          (bound.key_array_types[i] == int8_array ? "::bigint" : ""));
        return out;
    }

    static std::string shown(const std::vector<std::vector<std::string>>& columns) {
        std::string out;
        for (std::size_t row = 0; row < columns[0].size(); ++row) {
            std::string key;
            for (std::size_t column = 0; column < columns.size(); ++column)
                append_key_part(key, columns[column][row], column == 0);
            out += (out.empty() ? "" : ", ") + key;
        }
        return out;
    }

    std::string plan(const std::string& sql) {
        const auto rows = session_.exec((analyse_ ? "EXPLAIN (ANALYZE, BUFFERS) " : "EXPLAIN ") + sql);
        std::string out;
        for (int i = 0; i < rows.rows(); ++i) out += std::string(rows.get(i, 0)) + "\n";
        return out;
    }

    postgres::session& session_;
    std::span<const postgres::index_binding> bindings_;
    postgres::document_reader reader_;
    std::size_t page_size_;
    std::size_t keys_;
    bool analyse_;
    std::vector<query_plan> out_;
};

}  // namespace detail

/// Returns the plans of every query that bootstrap and sync run, with the settings of their own sessions.
/// Throws errc::catalog if the database does not match the shapes.
[[nodiscard]] inline std::vector<query_plan> plans_of(std::span<const compiled_index> indices,
                                                      const std::string& database, std::size_t page_size,
                                                      bool analyse, int stop_fd) {
    postgres::session connection(database, stop_fd);
    const auto report = postgres::check_shapes(indices, connection);
    if (!report.findings.empty() || !report.rights.empty()) {
        throw error(errc::catalog,
                    "the database does not match the shapes: " +
                        (report.findings.empty() ? report.rights.front().what : report.findings.front()),
                    "run doctor: it lists everything");
    }
    return detail::planner(connection, report.bindings, page_size, 5, analyse).run();
}

}  // namespace pgsync::app
