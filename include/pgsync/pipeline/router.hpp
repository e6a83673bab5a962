#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/pipeline/wal_text.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/queue/change_queue.hpp>
#include <pgsync/routing/key.hpp>
#include <pgsync/routing/used_columns.hpp>
#include <pgsync/shape/node.hpp>
#include <pgsync/wal/event.hpp>

namespace pgsync::pipeline {

/// Turns changed rows into keys and join keys, from the old and the new values of the columns that each route
/// names. Does no I/O of its own.
template <queue::change_queue Queue>
class router {
  public:
    /// Returns the partitioned tables above a table that was not known at the start.
    using find_ancestors = std::function<std::vector<std::uint32_t>(std::uint32_t oid)>;

    /// Returns whether a table has a column now.
    using column_exists = std::function<bool(std::uint32_t oid, std::string_view column)>;

    /// `look_closer` is called when a table is not what it was at the start.
    router(std::span<const postgres::index_binding> indices, Queue& output, find_ancestors ancestors = {},
           column_exists exists = {}, std::function<void()> look_closer = {}, wal_text texts = {})
        : indices_(indices),
          output_(output),
          find_ancestors_(std::move(ancestors)),
          column_exists_(std::move(exists)),
          look_closer_(std::move(look_closer)),
          texts_(std::move(texts)) {}

    /// Takes a table's current columns; called before its first row and after each ALTER TABLE.
    void relation(const postgres::change::relation& described) {
        const auto table = texts_.relation(described);
        tables_.erase(table.oid);
        if (look_closer_ && is_strange(table)) look_closer_();
        // It may be a partition that was created or attached since the start.
        if (find_ancestors_ && !is_known(table.oid)) ancestors_[table.oid] = find_ancestors_(table.oid);
        table_plan plan;
        plan.width = table.columns.size();
        for (std::size_t i = 0; i < indices_.size(); ++i) {
            const auto& index = *indices_[i].index;
            for (std::size_t r = 0; r < index.routes.size(); ++r) {
                if (!covers(indices_[i].routes[r], table.oid)) continue;
                plan.routes.push_back(make_plan(indices_[i], i, r, table));
            }
        }
        tables_.emplace(table.oid, std::move(plan));
    }

    void insert(const postgres::change::insert& row) {
        const auto& plan = plan_of(row.relation, row.after.size());
        for (const auto& route : plan.routes) visit(route, row.after, {});
    }

    void update(const postgres::change::update& row) {
        const auto& plan = plan_of(row.relation, row.after.size());
        for (const auto& route : plan.routes) {
            if (row.old == postgres::old_row::full && unchanged(route, row)) continue;
            if (route.uncovered && row.old != postgres::old_row::full) {
                invalidate(route.index, route.route);
                visit(route, row.after, {});
                continue;
            }
            // No old row means that no column of the replica identity changed, and the identity covers the
            // route.
            if (row.old != postgres::old_row::none) visit(route, row.before, {});
            visit(route, row.after, row.before);
        }
    }

    void remove(const postgres::change::remove& row) {
        const auto& plan = plan_of(row.relation, row.before.size());
        for (const auto& route : plan.routes) {
            if (row.old == postgres::old_row::none ||
                (route.uncovered && row.old != postgres::old_row::full)) {
                invalidate(route.index, route.route);
            } else {
                visit(route, row.before, {});
            }
        }
    }

    void truncate(const postgres::change::truncate& tables) {
        for (const auto oid : tables.relations) {
            for (std::size_t i = 0; i < indices_.size(); ++i) {
                for (std::size_t r = 0; r < indices_[i].routes.size(); ++r) {
                    if (covers(indices_[i].routes[r], oid)) invalidate(i, r);
                }
            }
        }
    }

  private:
    struct route_plan {
        std::size_t index = 0;
        std::size_t route = 0;
        bool direct = false;
        bool everything = false;  ///< a change may affect any document
        bool blind = false;      ///< the rows in WAL are from a time when a column of `link` had another name
        bool uncovered = false;  ///< WAL may lack old values of `link`
        bool uses_generated = false;    ///< WAL does not show whether the data behind its documents changed
        std::vector<std::size_t> link;  ///< positions of the route's columns in a row
        std::vector<std::size_t> used;  ///< positions of all columns its documents depend on
        std::optional<std::size_t> routing{};  ///< position of the column that selects a document's shard
    };
    struct table_plan {
        std::size_t width = 0;
        std::vector<route_plan> routes;
    };

    void invalidate(std::size_t index, std::size_t route) {
        output_.invalidate(index, *indices_[index].index, route);
    }

    [[nodiscard]] bool covers(const postgres::route_binding& route, std::uint32_t oid) const {
        if (route.covers(oid)) return true;
        const auto found = ancestors_.find(oid);
        return found != ancestors_.end() &&
               std::find(found->second.begin(), found->second.end(), route.table_oid) != found->second.end();
    }
    /// Returns true if another table has the name of a bound one, a bound one has another name, or the table
    /// did not exist at the start.
    [[nodiscard]] bool is_strange(const postgres::change::relation& table) const {
        const auto name =
            postgres::quote_identifier(table.schema) + "." + postgres::quote_identifier(table.name);
        bool known = false;
        for (const auto& index : indices_) {
            for (const auto& route : index.routes) {
                known = known || route.covers(table.oid);
                if ((route.table_oid == table.oid) != (route.table == name)) return true;
            }
        }
        return !known;
    }
    [[nodiscard]] bool is_known(std::uint32_t oid) const {
        for (const auto& index : indices_) {
            for (const auto& route : index.routes) {
                if (covers(route, oid)) return true;
            }
        }
        return false;
    }

    /// Returns the position of a column in the rows. Returns nothing if the rows are from a time when the
    /// column had another name or did not exist, but it exists now, for instance because it was renamed and
    /// renamed back. Throws errc::catalog if it does not exist now.
    std::optional<std::size_t> position(const postgres::change::relation& table, std::string_view column,
                                        const compiled_index& index, const node_data& node) const {
        for (std::size_t at = 0; at < table.columns.size(); ++at) {
            if (table.columns[at].name == column) return at;
        }
        if (column_exists_ && column_exists_(table.oid, column)) return std::nullopt;
        throw error(
            errc::catalog,
            "column \"" + std::string(column) + "\" of table " + std::string(table.schema) + "." +
                std::string(table.name) + " is gone, but struct " + std::string(node.type) + " of index " +
                std::string(index.name) + " needs it",
            "nothing after this change was acknowledged; bring the column back, or change the struct and "
            "run bootstrap again");
    }

    route_plan make_plan(const postgres::index_binding& bound, std::size_t i, std::size_t r,
                         const postgres::change::relation& table) const {
        const auto& index = *bound.index;
        const auto& generated = bound.routes[r].generated;
        const auto& route = index.routes[r];
        const auto& node = index.shape.nodes[route.node];
        route_plan plan{i, r, route.direct, route.columns.empty(), false, false, false, {}, {}};
        // With FULL each old row holds everything, except those written while the identity was another one.
        plan.uncovered = table.replica_identity == 'f' && !route.columns.empty();
        const auto find_old = [&](std::string_view name) -> std::optional<std::size_t> {
            const auto at = position(table, name, index, node);
            if (!at) {
                plan.blind = plan.uses_generated = true;
                log::warn(
                    "{}.{} had no column \"{}\" for a while: its changes from then make every document of {} "
                    "be "
                    "read again",
                    table.schema, table.name, name, index.name);
            } else if (!table.columns[*at].is_key) {
                // The table was published before its replica identity was set, or lost it for a while: it is
                // unknown which documents its updates and deletes of that time affect.
                plan.uncovered = true;
                log::warn(
                    "the replica identity of {}.{} did not cover column \"{}\" when these changes were made: "
                    "its "
                    "updates and deletes from then make every document of {} be read again",
                    table.schema, table.name, name, index.name);
                if (look_closer_) look_closer_();
            }
            return at;
        };
        for (const auto name : route.columns) plan.link.push_back(find_old(name).value_or(0));
        if (route.node == 0 && !index.routing.empty()) plan.routing = find_old(index.routing);
        const bool any = uses_any_column(index.shape, node) || (route.node == 0 && !index.where.empty()) ||
                         node.kind == relation::source;
        if (any) {
            plan.uses_generated = plan.uses_generated || !generated.empty();
            for (std::size_t at = 0; at < table.columns.size(); ++at) plan.used.push_back(at);
            return plan;
        }
        for (const auto name : used_columns(index.shape, route.node)) {
            if (std::find(generated.begin(), generated.end(), name) != generated.end()) {
                plan.uses_generated = true;
                continue;
            }
            if (const auto at = position(table, name, index, node)) {
                plan.used.push_back(*at);
            } else {
                plan.uses_generated = true;
            }
        }
        return plan;
    }

    const table_plan& plan_of(std::uint32_t oid, std::size_t width) const {
        const auto found = tables_.find(oid);
        if (found == tables_.end() || found->second.width != width) {
            throw error(errc::protocol,
                        "a row of table " + std::to_string(oid) + " does not fit its description",
                        "this is a bug in pgsync or in the server's output plugin; please report it");
        }
        return found->second;
    }

    static bool unchanged(const route_plan& route, const postgres::change::update& row) {
        return !route.uses_generated &&
               std::all_of(route.used.begin(), route.used.end(), [&](std::size_t at) {
                   return row.after[at].kind == postgres::field_kind::unchanged ||
                          row.after[at] == row.before[at];
               });
    }

    /// Queues the key or join key in one version of a row. `before` has the values that `row` only marks as
    /// unchanged.
    void visit(const route_plan& route, std::span<const postgres::field> row,
               std::span<const postgres::field> before) {
        if (route.everything) return invalidate(route.index, route.route);
        if (route.blind) return read_all_again(route);
        text_.clear();
        bool first = true;
        for (const auto at : route.link) {
            const auto* field = &row[at];
            if (field->kind == postgres::field_kind::unchanged && !before.empty()) field = &before[at];
            if (field->kind == postgres::field_kind::null) return;  // null joins nothing
            if (field->kind != postgres::field_kind::text) {
                throw error(errc::protocol, "WAL holds no text for a column that links a row to its owner",
                            "set REPLICA IDENTITY FULL on the table and run bootstrap again");
            }
            const auto value = texts_.value(field->text);
            // No query can ask for this key, and no document can have it; but the row that had it may have
            // another now.
            if (!value) return read_all_again(route);
            append_key_part(text_, *value, first);
            first = false;
        }
        if (route.routing) {
            const auto* field = &row[*route.routing];
            if (field->kind == postgres::field_kind::unchanged && !before.empty())
                field = &before[*route.routing];
            const auto routing = texts_.value(field->text);
            if (!routing) return read_all_again(route);
            output_.add_key(route.index, text_, *routing);
        } else if (route.direct) {
            output_.add_key(route.index, text_);
        } else {
            output_.add_join_key(route.index, route.route, text_);
        }
    }

    void read_all_again(const route_plan& route) {
        invalidate(route.index, route.route);
        // There may also be new root rows that the index does not know.
        output_.reload(route.index);
    }

    std::span<const postgres::index_binding> indices_;
    Queue& output_;
    find_ancestors find_ancestors_;
    column_exists column_exists_;
    std::function<void()> look_closer_;
    wal_text texts_;
    std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> ancestors_;
    std::unordered_map<std::uint32_t, table_plan> tables_;
    std::string text_;
};

}  // namespace pgsync::pipeline
