#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/error.hpp>
#include <pgsync/postgres/bind_literals.hpp>
#include <pgsync/postgres/binding.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/printable.hpp>
#include <pgsync/routing/key.hpp>

namespace pgsync::postgres {

/// The first and the last key of a page of root rows, and how many rows it has.
struct page_bounds {
    std::string first;  ///< as `_id`
    std::string last;
    std::uint64_t rows = 0;
};

/// One document as it is to be sent. Valid until the next one is read.
struct read_document {
    std::string_view id;
    std::string_view routing;  ///< chooses the shard; empty: the id does
    std::string_view json;
    bool kept = true;  ///< false: the transform wants none of it in the index
};

/// Runs the compiled queries of some indices on one session. Keys and links are strings as `_id` has them.
class document_reader {
  public:
    /// Prepares on first use only, so that a session that loads pages does not parse what it never runs.
    document_reader(session& connection, std::span<const index_binding> indices)
        : session_(connection), indices_(indices) {}

    /// Calls `on_document(read_document)` for each of `keys` that has a row.
    template <typename Keys, typename OnDocument>
    void by_keys(std::size_t index, const Keys& keys, OnDocument&& on_document) {
        const auto& bound = indices_[index];
        const auto parts = bound.key_array_types.size();
        const auto name = "pgsync_keys_" + std::to_string(index);
        if (!is_prepared(name)) prepare(name, bound.query(bound.index->keys_query), bound.key_array_types);
        rows(name, arrays(keys, parts), [&](const row_view& row) {
            read_key(row, parts);
            auto at = static_cast<int>(parts);
            const auto routing = bound.index->routing.empty() ? std::string_view() : row.get(at++);
            on_document(finished(*bound.index, routing, row.get(at)));
        });
    }

    /// Calls `on_row(id, routing)` for each of `keys` that has a row of the index: what by_keys() finds,
    /// without its document (and without asking the transform).
    template <typename Keys, typename OnRow>
    void present(std::size_t index, const Keys& keys, OnRow&& on_row) {
        const auto& bound = indices_[index];
        const auto parts = bound.key_array_types.size();
        const auto name = "pgsync_present_" + std::to_string(index);
        if (!is_prepared(name)) prepare(name, present_query(bound), bound.key_array_types);
        rows(name, arrays(keys, parts), [&](const row_view& row) {
            read_key(row, parts);
            on_row(std::string_view(key_),
                   bound.index->routing.empty() ? std::string_view() : row.get(static_cast<int>(parts)));
        });
    }

    /// Calls `on_stamp(id, stamp)` for each of `keys` that is in the root's table: what two readings have in
    /// common between which the row was neither written nor deleted. None for the rows of a view.
    template <typename Keys, typename OnStamp>
    void stamps(std::size_t index, const Keys& keys, OnStamp&& on_stamp) {
        const auto& bound = indices_[index];
        if (bound.routes.front().view) return;
        const auto parts = bound.key_array_types.size();
        const auto name = "pgsync_stamps_" + std::to_string(index);
        if (!is_prepared(name)) {
            const auto stamp = ", n0.tableoid::text || ' ' || n0.xmin::text || ' ' || n0.ctid::text";
            prepare(name, root_query(bound, stamp, bound.routes.front().table), bound.key_array_types);
        }
        rows(name, arrays(keys, parts), [&](const row_view& row) {
            read_key(row, parts);
            on_stamp(std::string_view(key_), row.get(static_cast<int>(parts)));
        });
    }

    /// Calls `on_owner(id)` for every root whose document holds a row with one of `links`, at most `limit`
    /// times; returns false when there may be more.
    template <typename Links, typename OnOwner>
    bool owners(std::size_t index, std::size_t route, const Links& links, std::size_t limit,
                OnOwner&& on_owner) {
        const auto& bound = indices_[index];
        const auto& types = bound.routes[route].array_types;
        const auto name = "pgsync_owners_" + std::to_string(index) + "_" + std::to_string(route);
        if (!is_prepared(name)) {
            // One more than asked for tells whether the answer is whole.
            const auto limit_parameter = " LIMIT $" + std::to_string(types.size() + 1);
            auto with_limit = types;
            with_limit.push_back(int8_oid);
            prepare(name, bound.query(bound.index->routes[route].owners_query) + limit_parameter, with_limit);
        }
        auto parameters = arrays(links, types.size());
        parameters.push_back(std::to_string(limit + 1));
        std::size_t found = 0;
        rows(name, parameters, [&](const row_view& row) {
            if (++found > limit) return;
            read_key(row, bound.key_array_types.size());
            on_owner(std::string_view(key_));
        });
        return found <= limit;
    }

    /// As owners(), without limit, in a transaction that is open: when it has been committed, found_owners()
    /// tells them.
    template <typename Links>
    void find_owners(std::size_t index, std::size_t route, const Links& links) {
        const auto& bound = indices_[index];
        const auto& types = bound.routes[route].array_types;
        auto literals = arrays(links, types.size());
        for (std::size_t i = 0; i < literals.size(); ++i) {
            literals[i] = quote_literal(literals[i]) + "::" + type_name(types[i]);
        }
        session_.exec("DECLARE pgsync_owners NO SCROLL CURSOR WITH HOLD FOR " +
                      bind_literals(bound.query(bound.index->routes[route].owners_query), literals));
    }

    /// Calls `on_piece(std::vector<std::string>)` with what find_owners() found, at most as many at a time as
    /// `next_size()` says then. They wait at the server, without locks and without a snapshot.
    template <typename Size, typename OnPiece>
    void found_owners(std::size_t index, Size&& next_size, OnPiece&& on_piece) {
        const auto& bound = indices_[index];
        std::vector<std::string> piece;
        std::size_t size = 0;
        do {
            piece.clear();
            size = next_size();
            const auto fetched = session_.exec("FETCH " + std::to_string(size) + " FROM pgsync_owners");
            for (int row = 0; row < fetched.rows(); ++row) {
                read_key(fetched.row(row), bound.key_array_types.size());
                piece.push_back(key_);
            }
            if (!piece.empty()) on_piece(std::as_const(piece));
        } while (piece.size() == size);
        session_.exec("CLOSE pgsync_owners");
    }

    /// The next page of at most `size` root rows after the key `after`; nothing when none is left.
    [[nodiscard]] std::optional<page_bounds> next_page(std::size_t index, std::size_t size,
                                                       const std::optional<std::string>& after) {
        const auto& bound = indices_[index];
        std::vector<std::string> literals{std::to_string(size)};
        if (after) append_literals(*after, bound, literals);
        const auto found = session_.exec(bind_literals(
            bound.query(after ? bound.index->next_bounds_query : bound.index->first_bounds_query), literals));
        if (found.rows() == 0) return std::nullopt;
        const auto parts = static_cast<int>(bound.key_array_types.size());
        page_bounds page;
        for (int part = 0; part < parts; ++part) {
            append_key_part(page.first, found.get(0, part), part == 0);
            append_key_part(page.last, found.get(0, parts + part), part == 0);
        }
        page.rows = std::stoull(std::string(found.get(0, 2 * parts)));
        return page;
    }

    /// Calls `on_document(read_document)` for every root row of the page.
    template <typename OnDocument>
    void by_page(std::size_t index, const page_bounds& page, OnDocument&& on_document) {
        const auto& bound = indices_[index];
        const auto parts = bound.key_array_types.size();
        std::vector<std::string> literals;
        append_literals(page.first, bound, literals);
        append_literals(page.last, bound, literals);
        session_.copy_out_binary(
            bind_literals(bound.query(bound.index->page_query), literals), [&](std::span<const field> row) {
                const std::size_t routed = bound.index->routing.empty() ? 0 : 1;
                if (row.size() != parts + routed + 1)
                    throw error(errc::protocol, "a page's row has the wrong number of columns");
                key_.clear();
                for (std::size_t part = 0; part < parts; ++part)
                    append_key_part(key_, row[part].text, part == 0);
                on_document(finished(*bound.index, routed != 0 ? row[parts].text : std::string_view(),
                                     row[parts + routed].text));
            });
    }

  private:
    static constexpr std::uint32_t int8_oid = 20;
    static constexpr std::uint32_t int8_array_oid = 1016;

    /// Keys of the root's rows, and `more`, from `rows`, which is called n0.
    static std::string root_query(const index_binding& bound, const std::string& more,
                                  const std::string& rows) {
        const auto& shape = bound.index->shape;
        const auto parts = shape.key_size(shape.root());
        std::string selected;
        std::string columns;
        std::string arrays;
        for (std::size_t part = 0; part < parts; ++part) {
            const auto column = "n0." + quote_identifier(shape.key_of(shape.root(), part).name);
            const auto* comma = part == 0 ? "" : ", ";
            selected += comma + column + "::text";
            columns += comma + column;
            arrays += comma + ("$" + std::to_string(part + 1));
        }
        const auto sql = "SELECT " + selected + more + " FROM " + rows + " n0 WHERE ";
        if (parts == 1) return sql + columns + " = ANY($1)";
        return sql + "(" + columns + ") IN (SELECT * FROM unnest(" + arrays + "))";
    }
    static std::string present_query(const index_binding& bound) {
        const auto& index = *bound.index;
        auto rows = "(SELECT * FROM " + bound.routes.front().table;
        if (!index.where.empty()) rows += " WHERE (" + std::string(index.where) + ")";
        const auto routing = index.routing.empty()
                                 ? std::string()
                                 : ", format('%s', n0." + quote_identifier(index.routing) + ")";
        return root_query(bound, routing, rows + ")");
    }

    /// The document of the key read last, transformed where its index has a transform.
    read_document finished(const compiled_index& index, std::string_view routing, std::string_view json) {
        read_document out{key_, routing, json};
        if (index.transform == nullptr) return out;
        transformed_.clear();
        try {
            out.kept = index.transform(json, transformed_);
        } catch (const std::exception& problem) {
            throw error(errc::rejected,
                        "the transform of index " + std::string(index.name) + " failed for document \"" +
                            printable(key_) + "\": " + printable(problem.what()),
                        "correct the row or the transform and start again: nothing from this change on was "
                        "acknowledged");
        }
        out.json = transformed_;
        return out;
    }

    /// One array literal for each part of the keys.
    template <typename Keys>
    std::vector<std::string> arrays(const Keys& keys, std::size_t parts) {
        std::vector<std::vector<std::string>> columns(parts);
        for (const auto& key : keys) {
            split_key(key, split_);
            if (split_.size() != parts) {
                throw error(errc::protocol, "key \"" + printable(key) + "\" has " +
                                                std::to_string(split_.size()) + " parts instead of " +
                                                std::to_string(parts));
            }
            for (std::size_t part = 0; part < parts; ++part) columns[part].push_back(std::move(split_[part]));
        }
        std::vector<std::string> literals;
        for (const auto& column : columns) {
            const std::vector<std::string_view> views(column.begin(), column.end());
            literals.push_back(array_literal(views));
        }
        return literals;
    }

    void append_literals(std::string_view key, const index_binding& bound,
                         std::vector<std::string>& literals) {
        split_key(key, split_);
        if (split_.size() != bound.key_array_types.size()) {
            throw error(errc::protocol, "key \"" + printable(key) + "\" does not fit index " +
                                            std::string(bound.index->name));
        }
        for (std::size_t part = 0; part < split_.size(); ++part) {
            // A child's column may be narrower than the key it refers to.
            const bool integer = bound.key_array_types[part] == int8_array_oid;
            literals.push_back(quote_literal(split_[part]) + (integer ? "::bigint" : ""));
        }
    }

    [[nodiscard]] bool is_prepared(const std::string& name) const { return prepared_.contains(name); }
    void prepare(const std::string& name, const std::string& sql, const std::vector<std::uint32_t>& types) {
        session_.prepare(name, sql, types);
        prepared_.insert(name);
    }

    template <typename OnRow>
    void rows(const std::string& name, const std::vector<std::string>& parameters, OnRow&& on_row) {
        const std::vector<parameter> views(parameters.begin(), parameters.end());
        session_.exec_prepared_rows(name, views, on_row);
    }

    void read_key(const row_view& row, std::size_t parts) {
        key_.clear();
        for (std::size_t part = 0; part < parts; ++part) {
            append_key_part(key_, row.get(static_cast<int>(part)), part == 0);
        }
    }

    std::string type_name(std::uint32_t oid) {
        return std::string(
            session_.exec("SELECT pg_catalog.format_type(" + std::to_string(oid) + ", NULL)").get(0, 0));
    }

    session& session_;
    std::span<const index_binding> indices_;
    std::set<std::string> prepared_;  ///< names of statements
    std::string key_;
    std::string transformed_;
    std::vector<std::string> split_;
};

}  // namespace pgsync::postgres
