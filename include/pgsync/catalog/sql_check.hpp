#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/catalog/session_facts.hpp>
#include <pgsync/catalog/table_facts.hpp>
#include <pgsync/catalog/value_check.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/shape/node.hpp>

/// Checks of SQL that only the server can make: of the SQL in shapes and of the queries made from them.
namespace pgsync::postgres::detail {

/// Returns the server's message. If a function or type was not found, adds where the session was not allowed
/// to look for it.
[[nodiscard]] inline std::string told(const sql_error& problem, const session_facts& about) {
    const auto& state = problem.sqlstate();
    return std::string(problem.what()) +
           (state == "42883" || state == "42704" ? about.hint() : std::string());
}

/// Has the database check the SQL in shapes: conditions, orders, expressions.
class sql_checker {
  public:
    sql_checker(std::span<const compiled_index> indices, session& connection,
                const std::vector<std::optional<table_facts>>& tables, const session_facts& about)
        : indices_(indices), session_(connection), tables_(tables), about_(about) {}

    std::vector<std::string> run() {
        std::size_t first = 0;
        for (const auto& index : indices_) {
            for (std::size_t node = 0; node < index.shape.nodes.size(); ++node) {
                const auto& data = index.shape.nodes[node];
                if (const auto& table = tables_[first + data.row]) check_node(index, data, *table);
            }
            first += index.shape.nodes.size();
        }
        return std::move(findings_);
    }

  private:
    void check_node(const compiled_index& index, const node_data& data, const table_facts& table) {
        const auto from = " FROM " + quote_identifier(table.schema) + "." + quote_identifier(table.name);
        const auto place = "struct " + std::string(data.type) + " of index " + std::string(index.name);
        const auto text = [](std::string_view sql) { return std::string(sql); };
        if (&data == &index.shape.root() && !index.where.empty()) {
            plan("where of index " + std::string(index.name),
                 "SELECT 1" + from + " WHERE (" + text(index.where) + ") LIMIT 0", table);
        }
        // Referring to the link table's columns is a common mistake with a relation through a link table.
        const bool linked =
            data.kind != relation::root && index.shape.nodes[data.parent].kind == relation::hop;
        const std::string sees =
            linked
                ? "; it sees the columns of \"" + printable(table.name) +
                      "\" alone, not those of a link table on the way: for these make a view of the link and "
                      "the rows it leads to, and relate to that with depends_on<…>"
                : std::string();
        if (!data.where.empty()) {
            plan("where of relation \"" + std::string(data.member) + "\" to " + place,
                 "SELECT 1" + from + " WHERE (" + text(data.where) + ") LIMIT 0", table, sees);
        }
        if (!data.order.empty()) {
            plan("order_by of relation \"" + std::string(data.member) + "\" to " + place,
                 "SELECT 1" + from + " ORDER BY " + text(data.order) + " LIMIT 0", table, sees);
        }
        for (const auto& column : index.shape.columns_of(data)) {
            if (column.source != value_source::expression) continue;
            const auto name = "the expression of member \"" + std::string(column.member) + "\" of " + place;
            const auto values = "SELECT (" + text(column.sql) + ") AS v" + from + " LIMIT 0";
            if (!plan(name, values, table)) continue;
            const auto found = session_.exec(
                "SELECT b.typname, b.typcategory FROM pg_catalog.pg_type b WHERE b.oid = (SELECT "
                "pg_catalog.pg_typeof(v)::oid FROM (SELECT 1) one LEFT JOIN (" +
                values + ") e ON true)");
            if (found.rows() == 0) continue;
            const auto type = std::string(found.get(0, 0));
            const char category = found.get(0, 1).front();
            if (!holds_value(column, type, category)) {
                findings_.push_back(name + " has type " + type + ", which it cannot hold as " +
                                    member_type(column) + advice(type, category));
            }
        }
    }

    /// Plans a query that must read one table only, since changes of other tables would not be noticed.
    /// Returns false if the query fails.
    bool plan(const std::string& what, const std::string& sql, const table_facts& table,
              const std::string& no_column = {}) {
        try {
            for (const auto& name : relations_of(session_.exec("EXPLAIN (VERBOSE, FORMAT JSON) " + sql))) {
                if (name == table.schema + "." + table.name || table.kind != 'r') continue;
                findings_.push_back(
                    what + " reads table \"" + printable(name) +
                    "\", whose changes would not be followed; use columns of its own row, or make "
                    "it a relation");
            }
            return true;
        } catch (const sql_error& problem) {
            if (is_passing(problem.code())) throw;
            findings_.push_back(what + " does not run: " + told(problem, about_) +
                                (problem.sqlstate() == "42703" ? no_column : std::string()));
            return false;
        }
    }

    /// Decodes the JSON string that begins after the quote at `begin`, as the server escapes it.
    static std::string unescaped(std::string_view text, std::size_t begin) {
        constexpr std::string_view letters = "bfnrt";
        constexpr std::string_view meant = "\b\f\n\r\t";
        std::string out;
        for (auto at = begin; at < text.size() && text[at] != '"'; ++at) {
            if (text[at] != '\\' || at + 1 == text.size()) {
                out += text[at];
                continue;
            }
            const char what = text[++at];
            if (what == 'u' && at + 4 < text.size()) {  // control characters only
                unsigned number = 0;
                (void)std::from_chars(&text[at + 1], &text[at + 1] + 4, number, 16);
                out += static_cast<char>(number);
                at += 4;
                continue;
            }
            const auto letter = letters.find(what);
            out += letter == std::string_view::npos ? what : meant[letter];
        }
        return out;
    }

    /// Returns the tables that a plan reads, each as schema, dot and name.
    static std::set<std::string> relations_of(const result& plan) {
        std::set<std::string> out;
        if (plan.rows() == 0) return out;
        const std::string_view text = plan.get(0, 0);
        const auto value_behind = [&](std::string_view mark, std::size_t from) {
            const auto at = text.find(mark, from);
            return at == std::string_view::npos ? std::string() : unescaped(text, at + mark.size());
        };
        constexpr std::string_view mark = "\"Relation Name\": \"";
        for (auto at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + 1)) {
            out.insert(value_behind("\"Schema\": \"", at) + "." + value_behind(mark, at));
        }
        return out;
    }

    std::span<const compiled_index> indices_;
    session& session_;
    const std::vector<std::optional<table_facts>>& tables_;
    const session_facts& about_;
    std::vector<std::string> findings_;
};

/// Has the database check the queries as a whole: better now than at the first change that needs one.
[[nodiscard]] inline std::vector<std::string> prepare_queries(std::span<const index_binding> bindings,
                                                              session& connection,
                                                              const session_facts& about) {
    std::vector<std::string> findings;
    const auto prepare = [&](const index_binding& bound, std::string_view sql,
                             const std::vector<std::uint32_t>& types) {
        try {
            connection.prepare("pgsync_check", bound.query(sql), types);
            connection.exec("DEALLOCATE pgsync_check");
        } catch (const sql_error& problem) {
            if (is_passing(problem.code())) throw;
            findings.push_back("a query of index " + std::string(bound.index->name) +
                               " does not run: " + told(problem, about));
        }
    };
    for (const auto& bound : bindings) {
        prepare(bound, bound.index->keys_query, bound.key_array_types);
        for (std::size_t i = 0; i < bound.routes.size(); ++i) {
            const auto sql = bound.index->routes[i].owners_query;
            if (!sql.empty()) prepare(bound, sql, bound.routes[i].array_types);
        }
    }
    return findings;
}

}  // namespace pgsync::postgres::detail
