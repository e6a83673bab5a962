#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
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
#include <pgsync/pipeline/document_fault.hpp>
#include <pgsync/postgres/bind_literals.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/routing/key.hpp>

namespace pgsync::postgres {

/// The first and the last key of a page of root rows, and how many rows it has.
struct page_bounds {
    std::string first;  ///< in the form of `_id`, as `last`
    std::string last;
    std::uint64_t rows = 0;
};

/// One document to be sent. Valid until the next one is read.
struct read_document {
    std::string_view id;
    std::string_view routing;  ///< selects the shard; empty: the id selects it
    std::string_view json;
    bool kept = true;  ///< false: the transform leaves the document out of the index
};

/// Runs the compiled queries of some indices on one session. Keys and join keys are strings in the form of
/// `_id`.
class document_reader {
  public:
    /// Statements are prepared on first use, so that a session that only loads pages does not parse the
    /// others.
    document_reader(session& connection, std::span<const index_binding> indices)
        : session_(connection), indices_(indices) {}

    /// Calls `on_document(read_document)` for each of `keys` that has a row, or `on_fault(document_fault)` if
    /// the row was read but yields no document. If the server itself cannot read a row, the whole query fails
    /// with a sql_error, see is_row_fault().
    template <typename Keys, typename OnDocument, typename OnFault>
    void by_keys(std::size_t index, const Keys& keys, OnDocument&& on_document, OnFault&& on_fault) {
        const auto& bound = indices_[index];
        const auto parts = bound.key_array_types.size();
        const auto name = "pgsync_keys_" + std::to_string(index);
        if (!is_prepared(name)) prepare(name, bound.query(bound.index->keys_query), bound.key_array_types);
        rows(name, arrays(keys, parts), [&](const row_view& row) {
            read_key(row, parts);
            auto at = static_cast<int>(parts);
            const auto routing = bound.index->routing.empty() ? std::string_view() : row.get(at++);
            finish(*bound.index, routing, row.get(at), on_document, on_fault);
        });
    }
    /// The same, but throws a fault as errc::rejected.
    template <typename Keys, typename OnDocument>
    void by_keys(std::size_t index, const Keys& keys, OnDocument&& on_document) {
        by_keys(index, keys, on_document,
                [&](const document_fault& fault) { throw_fault(indices_[index].index->name, fault); });
    }

    /// Calls `on_row(id, routing)` for each of `keys` that has a row in the index: the rows that by_keys()
    /// finds, without their documents (and without calling the transform).
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

    /// Looks `keys` up in the root's table and ignores the result. Throws a sql_error of class 22 if one of
    /// them cannot be a key.
    template <typename Keys>
    void look_up(std::size_t index, const Keys& keys) {
        const auto& bound = indices_[index];
        const auto name = "pgsync_look_up_" + std::to_string(index);
        if (!is_prepared(name))
            prepare(name, root_query(bound, "", bound.routes.front().table), bound.key_array_types);
        rows(name, arrays(keys, bound.key_array_types.size()), [](const row_view&) {});
    }

    /// Calls `on_stamp(id, stamp)` for each of `keys` that is in the root's table. Two equal stamps mean that
    /// the row was neither written nor deleted in between. The rows of a view have none.
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

    /// Calls `on_owner(id)` for every root whose document contains a row with one of `join_keys`, at most
    /// `limit` times. Returns false if there may be more.
    template <typename JoinKeys, typename OnOwner>
    bool owners(std::size_t index, std::size_t route, const JoinKeys& join_keys, std::size_t limit,
                OnOwner&& on_owner) {
        const auto& bound = indices_[index];
        const auto& types = bound.routes[route].array_types;
        const auto name = "pgsync_owners_" + std::to_string(index) + "_" + std::to_string(route);
        if (!is_prepared(name)) {
            // One row more than `limit` shows that the result is incomplete.
            const auto limit_parameter = " LIMIT $" + std::to_string(types.size() + 1);
            auto with_limit = types;
            with_limit.push_back(int8_oid);
            prepare(name, bound.query(bound.index->routes[route].owners_query) + limit_parameter, with_limit);
        }
        auto parameters = arrays(join_keys, types.size());
        parameters.push_back(std::to_string(limit + 1));
        std::size_t found = 0;
        rows(name, parameters, [&](const row_view& row) {
            if (++found > limit) return;
            read_key(row, bound.key_array_types.size());
            on_owner(std::string_view(key_));
        });
        return found <= limit;
    }

    /// Finds the same as owners(), without a limit, in a transaction that the caller has begun. Once that is
    /// committed, found_owners() returns the result.
    template <typename JoinKeys>
    void find_owners(std::size_t index, std::size_t route, const JoinKeys& join_keys) {
        const auto& bound = indices_[index];
        const auto& types = bound.routes[route].array_types;
        session_.exec("DECLARE pgsync_owners NO SCROLL CURSOR WITH HOLD FOR " +
                      bind_literals(bound.query(bound.index->routes[route].owners_query),
                                    typed(arrays(join_keys, types.size()), types)));
    }

    /// Calls `on_piece(std::vector<std::string>)` with what find_owners() found, each time with at most as
    /// many as `next_size()` returns at that point. The server holds the rest, without locks and without a
    /// snapshot.
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

    /// Returns the next page of at most `size` root rows after the key `after`; nothing if no row is left.
    /// With `all_rows`, rows that the index's `where` excludes count as well: the condition is not evaluated,
    /// because like any SQL of a shape it may fail for a row.
    [[nodiscard]] std::optional<page_bounds> next_page(std::size_t index, std::size_t size,
                                                       const std::optional<std::string>& after,
                                                       bool all_rows = false) {
        const auto& bound = indices_[index];
        std::vector<std::string> literals{std::to_string(size)};
        if (after) append_literals(*after, bound, literals);
        const auto query =
            all_rows ? bounds_of_all(bound, after.has_value())
                     : bound.query(after ? bound.index->next_bounds_query : bound.index->first_bounds_query);
        const auto found = session_.exec(bind_literals(query, literals));
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

    /// Returns the keys of a page's rows, including those that the index's `where` excludes.
    [[nodiscard]] std::vector<std::string> keys_of(std::size_t index, const page_bounds& page) {
        const auto& bound = indices_[index];
        const auto parts = bound.key_array_types.size();
        std::vector<std::string> literals;
        append_literals(page.first, bound, literals);
        append_literals(page.last, bound, literals);
        const auto list = key_list(bound, "");
        const auto side = [&](std::size_t first) {
            std::string out;
            for (std::size_t part = 0; part < parts; ++part)
                out += (part == 0 ? "" : ", ") + literals[first + part];
            return "(" + out + ")";
        };
        const auto found = session_.exec(
            "SELECT " + key_list(bound, "::text") + " FROM " + bound.routes.front().table + " n0 WHERE (" +
            list + ") >= " + side(0) + " AND (" + list + ") <= " + side(parts) + not_null(bound));
        std::vector<std::string> keys;
        for (int row = 0; row < found.rows(); ++row) {
            read_key(found.row(row), parts);
            keys.push_back(key_);
        }
        return keys;
    }

    /// Returns the server's error when it computes only one member of the document with this key; nothing if
    /// that succeeds or cannot be tried.
    [[nodiscard]] std::optional<sql_error> try_member(std::size_t index, const std::string& key,
                                                      std::string_view member) {
        const auto& bound = indices_[index];
        constexpr std::string_view whole = "row_to_json(d0.*)";
        auto sql = bound.query(bound.index->keys_query);
        const auto at = sql.find(whole);
        if (at == std::string::npos) return std::nullopt;
        sql.replace(at, whole.size(), "d0." + quote_identifier(member));
        try {
            session_.exec(
                bind_literals(sql, typed(arrays(std::vector<std::string>{key}, bound.key_array_types.size()),
                                         bound.key_array_types)));
        } catch (const sql_error& problem) {
            if (!session_.usable() || !is_row_fault(problem)) throw;
            return problem;
        }
        return std::nullopt;
    }

    /// Calls `on_document(read_document)` for every root row of the page, or `on_fault(document_fault)`, see
    /// by_keys().
    template <typename OnDocument, typename OnFault>
    void by_page(std::size_t index, const page_bounds& page, OnDocument&& on_document, OnFault&& on_fault) {
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
                finish(*bound.index, routed != 0 ? row[parts].text : std::string_view(),
                       row[parts + routed].text, on_document, on_fault);
            });
    }
    /// The same, but throws a fault as errc::rejected.
    template <typename OnDocument>
    void by_page(std::size_t index, const page_bounds& page, OnDocument&& on_document) {
        by_page(index, page, on_document,
                [&](const document_fault& fault) { throw_fault(indices_[index].index->name, fault); });
    }

  private:
    static constexpr std::uint32_t int8_oid = 20;
    static constexpr std::uint32_t int8_array_oid = 1016;

    /// Returns a query that selects the root's keys and then `more`, from `rows` with the alias n0, by the
    /// keys in its parameters.
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

    /// Returns `n0."a", n0."b"`, with `suffix` after each.
    static std::string key_list(const index_binding& bound, std::string_view suffix) {
        const auto& shape = bound.index->shape;
        std::string out;
        for (std::size_t part = 0; part < shape.key_size(shape.root()); ++part) {
            out += (part == 0 ? "n0." : ", n0.") + quote_identifier(shape.key_of(shape.root(), part).name);
            out += suffix;
        }
        return out;
    }
    static std::string not_null(const index_binding& bound) {
        const auto& shape = bound.index->shape;
        std::string out;
        for (std::size_t part = 0; part < shape.key_size(shape.root()); ++part) {
            out += " AND n0." + quote_identifier(shape.key_of(shape.root(), part).name) + " IS NOT NULL";
        }
        return out;
    }

    /// Returns the query that detail::sql::write_bounds_query compiles, but over all rows of the table.
    static std::string bounds_of_all(const index_binding& bound, bool after) {
        const auto parts = bound.key_array_types.size();
        const auto list = [&](std::string_view before, std::string_view behind) {
            std::string out;
            for (std::size_t part = 1; part <= parts; ++part) {
                out.append(part == 1 ? "" : ", ").append(before).append("k").append(std::to_string(part));
                out += behind;
            }
            return out;
        };
        std::string sql = "WITH page(" + list("", "") + ") AS (SELECT " + key_list(bound, "") + " FROM " +
                          bound.routes.front().table + " n0 WHERE true" + not_null(bound);
        if (after) {
            sql += " AND (" + key_list(bound, "") + ") > (";
            for (std::size_t part = 0; part < parts; ++part)
                sql += (part == 0 ? "$" : ", $") + std::to_string(part + 2);
            sql += ")";
        }
        return sql + " ORDER BY " + key_list(bound, "") + " LIMIT $1) SELECT " + list("lo.", "::text") +
               ", " + list("hi.", "::text") +
               ", (SELECT count(*) FROM page)::text FROM (SELECT * FROM page ORDER BY " + list("", "") +
               " LIMIT 1) lo, (SELECT * FROM page ORDER BY " + list("", " DESC") + " LIMIT 1) hi";
    }

    /// Passes on the document of the key read last, transformed if its index has a transform.
    template <typename OnDocument, typename OnFault>
    void finish(const compiled_index& index, std::string_view routing, std::string_view json,
                const OnDocument& on_document, const OnFault& on_fault) {
        if (session_.is_raw() && !(is_utf8(key_) && is_utf8(routing) && is_utf8(json)))
            return on_fault(not_utf8(routing, json));
        read_document out{key_, routing, json};
        if (index.transform == nullptr) return on_document(out);
        transformed_.clear();
        std::optional<std::string> failed;
        try {
            out.kept = index.transform(json, transformed_);
        } catch (const std::bad_alloc&) {
            throw;
        } catch (const std::exception& problem) {
            failed = printable(problem.what());
        } catch (...) {
            failed = "it threw something that is no std::exception";
        }
        if (failed) {
            return on_fault(document_fault{key_, printable(key_), "transform",
                                           "the transform failed: " + *failed, std::string(json)});
        }
        out.json = transformed_;
        on_document(out);
    }
    [[nodiscard]] document_fault not_utf8(std::string_view routing, std::string_view json) const {
        const auto path = place_of_bad_text(json);
        std::string reason;
        if (!is_utf8(json)) {
            reason = (path.empty() ? "" : "member " + path + " holds ") + "a byte that is no UTF-8, " +
                     bad_byte(json);
        } else if (!is_utf8(key_)) {
            reason = "its key holds a byte that is no UTF-8, " + bad_byte(key_);
        } else {
            reason = "its routing holds a byte that is no UTF-8, " + bad_byte(routing);
        }
        return {key_, printable(key_), "not_utf8",
                reason + "; the database's encoding is SQL_ASCII, which lets any byte in"};
    }

    /// Returns one array literal for each part of the keys.
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

    /// Returns array literals with their types, for a query without parameters.
    std::vector<std::string> typed(std::vector<std::string> literals,
                                   const std::vector<std::uint32_t>& types) {
        for (std::size_t i = 0; i < literals.size(); ++i)
            literals[i] = quote_literal(literals[i]) + "::" + type_name(types[i]);
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
            // An untyped literal takes the type of the column it is compared with, and that of a child may be
            // narrower than the key it refers to.
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
    std::set<std::string> prepared_;  ///< names of prepared statements
    std::string key_;
    std::string transformed_;
    std::vector<std::string> split_;
};

}  // namespace pgsync::postgres
