#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <pgsync/base/error.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/base/report.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/commands/context.hpp>
#include <pgsync/commands/explain/explain.hpp>
#include <pgsync/commands/refresh_options.hpp>
#include <pgsync/commands/serving_index.hpp>
#include <pgsync/pipeline/write_counts.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/queue/batch.hpp>
#include <pgsync/routing/key.hpp>
#include <pgsync/shape/check_text.hpp>
#include <pgsync/shape/node.hpp>
#include <pgsync/store/index_state.hpp>
#if defined(PGSYNC_COMPILED)
#include <pgsync/pipeline/follow.hpp>
#else
#include <pgsync/pipeline/postgres_pipeline.hpp>
#endif

namespace pgsync::app {

namespace detail {

/// Reads and writes the documents that each batch of work from `next` names; safe while a sync is running.
inline pipeline::write_counts read_again(context& in, std::span<const postgres::index_binding> indices,
                                         const std::function<std::optional<queue::batch>()>& next) {
    return pipeline::refresh(
        in.setting().read_from, indices, in.setting().page_size, in.clock(), *in.batcher(), in.access(), next,
        [&in] { return in.stopped(); }, in.stop_fd());
}

/// Returns the work to read some documents of index `number` again. Only the index knows the routing of
/// documents whose rows are deleted, so it must have been refreshed.
inline queue::batch batch_of_keys(context& in, std::size_t number, const std::vector<std::string>& keys) {
    queue::batch todo;
    todo.indices.resize(in.indices().size());
    auto& mine = todo.indices[number];
    mine.keys.insert(keys.begin(), keys.end());
    const auto& index = in.indices()[number];
    if (index.routing.empty()) return todo;
    for (auto& copy : in.search().client().find_copies(names_of(index).index, keys))
        mine.routings[copy.id].insert(std::move(copy.routing));
    return todo;
}

/// Returns the columns of a node's key as messages show them: `school|number`.
inline std::string key_text(const shape_view& shape, const node_data& node) {
    std::string out;
    for (std::size_t part = 0; part < shape.key_size(node); ++part)
        out += (part == 0 ? "" : "|") + std::string(shape.key_of(node, part).name);
    return out;
}

inline void require_parts(const std::string& option, const std::string& key, const shape_view& shape,
                          const node_data& node) {
    if (split_key(key).size() == shape.key_size(node)) return;
    throw error(errc::configuration,
                option + " \"" + printable(key) + "\" has " + std::to_string(split_key(key).size()) +
                    " parts, and the key has " + std::to_string(shape.key_size(node)) + ": " +
                    key_text(shape, node),
                "join the parts with |, and put a \\ before a | or \\ inside of one");
}

/// Keys that the user gave, handed out in pieces.
class given_keys {
  public:
    explicit given_keys(const std::vector<std::string>& keys) : keys_(keys) {}
    std::vector<std::string> next(std::size_t size) {
        const auto begin = keys_.begin() + static_cast<std::ptrdiff_t>(at_);
        const auto count = std::min(size, keys_.size() - at_);
        at_ += count;
        return {begin, begin + static_cast<std::ptrdiff_t>(count)};
    }

  private:
    const std::vector<std::string>& keys_;
    std::size_t at_ = 0;
};

/// Keys of the root rows that satisfy a condition. A cursor on the server holds them, without locks and
/// without a snapshot.
class selected_keys {
  public:
    selected_keys(context& in, const postgres::index_binding& bound, const std::string& where)
        : session_(in.setting().database), parts_(bound.key_array_types.size()) {
        if (!is_closed_sql(where)) {
            throw error(errc::configuration, "--where \"" + printable(where) + "\" is no condition by itself",
                        "write SQL over the columns of one table, without ; or comments or $, with every "
                        "bracket and quote closed");
        }
        const auto& shape = bound.index->shape;
        std::string columns;
        std::string not_null;  // a row with null in its key has no document
        for (std::size_t part = 0; part < parts_; ++part) {
            const auto column = postgres::quote_identifier(shape.key_of(shape.root(), part).name);
            columns += (part == 0 ? "" : ", ") + column + "::text";
            not_null += " AND " + column + " IS NOT NULL";
        }
        session_.exec(postgres::begin_reading(std::span(&bound, 1)).sql);
        try {
            // exec_params uses the extended protocol, which accepts only one statement, whatever `where`
            // contains.
            session_.exec_params("DECLARE pgsync_keys NO SCROLL CURSOR WITH HOLD FOR SELECT " + columns +
                                     " FROM " + bound.routes.front().table + " WHERE (" + where + ")" +
                                     not_null,
                                 {});
            session_.exec("COMMIT");
        } catch (const postgres::sql_error& problem) {
            if (is_passing(problem.code())) throw;
            throw error(errc::configuration, "--where does not run: " + std::string(problem.what()),
                        "it is SQL over the columns of " + bound.routes.front().table);
        }
    }
    std::vector<std::string> next(std::size_t size) {
        const auto found = session_.exec("FETCH " + std::to_string(size) + " FROM pgsync_keys");
        std::vector<std::string> out;
        for (int row = 0; row < found.rows(); ++row) {
            auto& key = out.emplace_back();
            for (std::size_t part = 0; part < parts_; ++part)
                append_key_part(key, found.get(row, static_cast<int>(part)), part == 0);
        }
        return out;
    }

  private:
    postgres::session session_;
    std::size_t parts_;
};

/// Returns the route of the relation that the user calls `path`, with or without the index name in front.
inline std::size_t find_route(const compiled_index& index, const std::string& path) {
    std::string all;
    for (std::size_t route = 0; route < index.routes.size(); ++route) {
        const auto node = index.routes[route].node;
        if (node == 0 || !is_shown(index.shape.nodes[node])) continue;
        const auto whole = node_path(index, node);
        const auto name = whole.substr(index.name.size() + 1);
        if (path == name || path == whole) return route;
        all += (all.empty() ? "" : ", ") + name;
    }
    throw error(errc::configuration,
                "index \"" + std::string(index.name) + "\" has no relation \"" + printable(path) + "\"",
                all.empty() ? "it has none at all" : "it has " + all);
}

/// Returns the join keys by which the owners of some rows are found; `missing` counts keys without a row.
inline std::unordered_set<std::string> join_keys_of_rows(context& in, const postgres::index_binding& bound,
                                                         std::size_t route,
                                                         const std::vector<std::string>& rows,
                                                         std::uint64_t& missing) {
    const auto& shape = bound.index->shape;
    const auto& data = bound.index->routes[route];
    const auto& node = shape.nodes[data.node];
    const auto parts = shape.key_size(node);
    const auto path = node_path(*bound.index, data.node);
    if (data.columns.empty())
        throw error(errc::configuration, "any change of " + path + " may concern any document", "use --all");
    if (parts == 0)
        throw error(errc::configuration, "the struct of " + path + " names no key to find rows by",
                    "use --where, or --all");
    bool joined_by_key = data.columns.size() == parts;
    for (std::size_t part = 0; joined_by_key && part < parts; ++part)
        joined_by_key = data.columns[part] == shape.key_of(node, part).name;
    std::string columns;
    for (const auto name : data.columns)
        columns += (columns.empty() ? "" : ", ") + postgres::quote_identifier(name) + "::text";
    std::string condition;
    for (std::size_t part = 0; part < parts; ++part) {
        condition += (part == 0 ? "" : " AND ") + postgres::quote_identifier(shape.key_of(node, part).name) +
                     " = $" + std::to_string(part + 1);
    }
    std::unordered_set<std::string> join_keys;
    for (const auto& row : rows) {
        require_parts("--rows", row, shape, node);
        if (joined_by_key) {  // covers deleted rows too
            join_keys.insert(row);
            continue;
        }
        const auto values = split_key(row);
        const auto found = in.catalog().exec_params(
            "SELECT " + columns + " FROM " + bound.routes[route].table + " WHERE " + condition,
            std::vector<postgres::parameter>(values.begin(), values.end()));
        if (found.rows() == 0) {
            log::warn("{} has no row {}", bound.routes[route].table, row);
            ++missing;
        }
        for (int i = 0; i < found.rows(); ++i) {
            std::string join_key;
            bool null = false;
            for (int column = 0; column < found.columns(); ++column) {
                null = null || found.is_null(i, column);
                append_key_part(join_key, found.get(i, column), column == 0);
            }
            if (!null) join_keys.insert(join_key);  // null joins nothing
        }
    }
    return join_keys;
}

inline void check_options(const refresh_options& how) {
    const int ways = (how.keys.empty() ? 0 : 1) + (how.where.empty() ? 0 : 1) +
                     (how.relation.empty() ? 0 : 1) + (how.all ? 1 : 0);
    if (ways != 1) {
        throw error(errc::configuration,
                    ways == 0 ? "nothing says which documents are to be refreshed"
                              : "more than one option says which documents are to be refreshed",
                    "give one of --key, --where, --relation with --rows, and --all");
    }
    if (how.relation.empty() != how.rows.empty()) {
        throw error(errc::configuration, "--relation and --rows belong together",
                    "--relation place.city --rows 7 refreshes the documents that contain city 7");
    }
}

}  // namespace detail

/// Reads some documents again and writes them, or deletes them if their rows are deleted. Safe while a sync
/// is running. Errors: errc::configuration for contradictory options, errc::index if the index does not exist
/// or is not loaded.
[[nodiscard]] inline report refresh(context& in, const refresh_options& how) {
    detail::check_options(how);
    if (how.index.empty() && in.indices().size() > 1) {
        (void)chosen_indices(in, {});
        throw error(errc::configuration, "this program has several indices", "say which with --index");
    }
    const auto number = chosen_indices(in, how.index.empty() ? std::vector<std::string>()
                                                             : std::vector<std::string>{how.index})
                            .front();
    const auto& index = in.indices()[number];
    static_cast<void>(require_loaded(in, {number}));
    const auto shapes = in.check_shapes();
    const auto& bound = shapes.bindings[number];
    write_beside_sync(in);
    if (!index.routing.empty()) in.search().client().refresh(names_of(index).index);

    constexpr std::size_t at_once = 500;
    std::uint64_t missing_rows = 0;
    std::function<std::optional<queue::batch>()> next;
    const auto in_pieces = [&](auto& keys) {
        next = [&in, &keys, number]() -> std::optional<queue::batch> {
            const auto piece = keys.next(at_once);
            if (piece.empty()) return std::nullopt;
            return detail::batch_of_keys(in, number, piece);
        };
    };
    const auto at_one_go = [&](queue::index_batch&& mine) {
        next = [&in, number, all = std::optional(std::move(mine))]() mutable -> std::optional<queue::batch> {
            if (!all) return std::nullopt;
            queue::batch todo;
            todo.indices.resize(in.indices().size());
            todo.indices[number] = *std::exchange(all, std::nullopt);
            return todo;
        };
    };
    std::unique_ptr<detail::selected_keys> selected;
    std::vector<std::string> keys;
    std::optional<detail::given_keys> given;
    if (!how.where.empty()) {
        selected = std::make_unique<detail::selected_keys>(in, bound, how.where);
        in_pieces(*selected);
    } else if (!how.keys.empty()) {
        for (const auto& key : how.keys) {
            detail::require_parts("--key", key, index.shape, index.shape.root());
            if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
        }
        in_pieces(given.emplace(keys));
    } else {
        queue::index_batch mine;
        mine.reload = how.all;
        if (!how.all) {
            const auto route = detail::find_route(index, how.relation);
            mine.join_keys.resize(index.routes.size());
            mine.join_keys[route] = detail::join_keys_of_rows(in, bound, route, how.rows, missing_rows);
        }
        at_one_go(std::move(mine));
    }
    const auto done = detail::read_again(in, shapes.bindings, next);
    report out;
    out.in_order = missing_rows == 0;
    out.text = printable(index.name) + ": wrote " + std::to_string(done.written) + " documents, deleted " +
               std::to_string(done.deleted) + " that have no row\n";
    if (missing_rows != 0)
        out.text += "  " + std::to_string(missing_rows) + " of the rows given by --rows are not there\n";
    out.json = boost::json::serialize(boost::json::object{{"index", index.name},
                                                          {"written", done.written},
                                                          {"deleted", done.deleted},
                                                          {"missing_rows", missing_rows}});
    return out;
}

}  // namespace pgsync::app
