#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include <pgsync/catalog/table_facts.hpp>
#include <pgsync/postgres/byte_reader.hpp>
#include <pgsync/wal/copy_both.hpp>
#include <pgsync/wal/event.hpp>

namespace pgsync::postgres {

/// Decodes messages of the output plugin `test_decoding` (PostgreSQL 9.6, which has no other) into the same
/// events as pgoutput's messages. Does no I/O itself.
///
/// Its text contains the names and types of a row's columns, but neither the table's oid nor its replica
/// identity: these come from `find`, which is called once per name. It shows every table of the database;
/// tables that are not replicated are skipped by their name alone. DDL is not in the text but leaves an empty
/// transaction, after which `find` is called again for every table.
class test_decoding_decoder {
  public:
    /// Returns the catalog's facts about a table by its name in WAL; nullopt if the table is not replicated.
    using find_table =
        std::function<std::optional<table_facts>(std::string_view schema, std::string_view name)>;

    explicit test_decoding_decoder(find_table find) : find_(std::move(find)) {}

    /// Calls `on_event` with a row's event, preceded by its table's if necessary. Throws errc::protocol if
    /// the text is not test_decoding's.
    template <typename OnEvent>
    void decode(const xlog_data& data, OnEvent&& on_event) {
        detail::byte_reader in(data.message, "test_decoding");
        if (in.skip("table ")) {
            row(in, on_event);
        } else if (in.skip("BEGIN ")) {
            rows_seen_ = false;
            on_event(event(change::begin{{}, 0, transaction_id(in)}));
        } else if (in.skip("COMMIT ")) {
            const auto time = commit_time(in);
            if (!rows_seen_) tables_.clear();
            // A commit's message is sent with the position where its record ends.
            on_event(event(change::commit{{}, data.start, time}));
        } else if (in.skip("message: ")) {
            on_event(event(change::ignored{'M'}));
        } else {
            in.fail("it tells of no transaction and of no table");
        }
    }

  private:
    struct column {
        std::string header;  ///< as in the text: `"Odd"[character varying]`; empty while unknown
        std::string name;
        bool key = false;
        bool not_null = false;
    };
    struct followed {
        std::string schema;
        std::string name;
        table_facts facts;
        std::vector<column> columns;
        bool announced = false;
    };
    struct value {
        std::string_view header;
        std::string_view name;  ///< may be quoted
        field content;
    };
    struct hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>()(text);
        }
    };

    // ---- text

    /// Reads `725`, or with include-timestamp `725 (at 2026-05-01 12:00:00.5+02)`. Returns 0 if the time
    /// cannot be read: it is used for measuring latency only.
    static std::int64_t commit_time(detail::byte_reader& in) {
        const auto rest = in.rest();
        const auto size = std::min(rest.find(" (at "), rest.size());
        transaction_id(in, size);
        const std::string text(in.take(in.left()));
        int year = 0;
        unsigned month = 0;
        unsigned day = 0;
        int hour = 0;
        int minute = 0;
        double second = 0;
        int used = 0;
        if (std::sscanf(text.c_str(), " (at %d-%u-%u %d:%d:%n", &year, &month, &day, &hour, &minute, &used) !=
            5)
            return 0;
        // Not with sscanf: a locale may use a decimal comma.
        const auto [behind, problem] = std::from_chars(text.data() + used, text.data() + text.size(), second);
        if (problem != std::errc{}) return 0;
        used = static_cast<int>(behind - text.data());
        // ISO format, with the offset of the server's time zone: +02, -03:30.
        int east = 0;
        int minutes = 0;
        if (std::sscanf(text.c_str() + used, "%3d:%d", &east, &minutes) < 1) return 0;
        if (text[static_cast<std::size_t>(used)] == '-') minutes = -minutes;
        using namespace std::chrono;
        const year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
        if (!date.ok()) return 0;
        const auto since = sys_days(date) - sys_days(year_month_day{std::chrono::year(2000), January, 1d});
        const auto whole = since + hours(hour - east) + std::chrono::minutes(minute - minutes);
        return duration_cast<microseconds>(whole).count() + static_cast<std::int64_t>(second * 1e6 + 0.5);
    }

    static std::uint32_t transaction_id(detail::byte_reader& in) { return transaction_id(in, in.left()); }
    static std::uint32_t transaction_id(detail::byte_reader& in, std::size_t size) {
        const auto digits = in.take(size);
        std::uint32_t out = 0;
        const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
        if (problem != std::errc{} || end != digits.data() + digits.size())
            in.fail("a transaction's id is no number");
        return out;
    }

    /// Returns the length of the quoted text at the beginning of `text`, including both quotes; 0 if it has
    /// no end.
    static std::size_t quoted_length(std::string_view text, char quote) {
        for (std::size_t at = text.find(quote, 1); at != std::string_view::npos;
             at = text.find(quote, at + 2)) {
            if (at + 1 == text.size() || text[at + 1] != quote) return at + 1;
        }
        return 0;
    }

    /// Reads an identifier as it is in the text, with its quotes if it has any.
    static std::string_view identifier(detail::byte_reader& in) {
        const auto rest = in.rest();
        if (rest.starts_with('"')) {
            const auto length = quoted_length(rest, '"');
            if (length == 0) in.fail("a name in quotes has no end");
            return in.take(length);
        }
        const auto length =
            std::min(rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), rest.size());
        if (length == 0) in.fail("a name is missing");
        return in.take(length);
    }

    static std::string unquoted(std::string_view name) {
        if (!name.starts_with('"')) return std::string(name);
        std::string out;
        for (std::size_t at = 1; at + 1 < name.size(); ++at) {
            out += name[at];
            if (name[at] == '"') ++at;
        }
        return out;
    }

    /// Reads a type's name and the bracket that ends it: `character varying[]`, `"odd]"."type"`.
    static std::string_view type(detail::byte_reader& in) {
        const auto rest = in.rest();
        std::size_t at = 0;
        while (at < rest.size() && rest[at] != ']') {
            if (rest[at] == '"') {
                const auto length = quoted_length(rest.substr(at), '"');
                if (length == 0) break;
                at += length;
            } else {
                at += rest.substr(at).starts_with("[]") ? 2U : 1U;
            }
        }
        if (at >= rest.size() || rest[at] != ']') in.fail("a type's name has no end");
        const auto name = in.take(at);
        in.take(1);
        return name;
    }

    /// Reads a text in single quotes, in which only quotes are escaped, by doubling them.
    std::string_view quoted_text(detail::byte_reader& in) {
        const auto length = quoted_length(in.rest(), '\'');
        if (length == 0) in.fail("a value in quotes has no end");
        const auto inside = in.take(length).substr(1, length - 2);
        if (inside.find('\'') == std::string_view::npos) return inside;
        const auto begin = unescaped_.size();
        for (std::size_t at = 0; at < inside.size(); ++at) {
            unescaped_ += inside[at];
            if (inside[at] == '\'') ++at;
        }
        return std::string_view(unescaped_).substr(begin);
    }

    field content(detail::byte_reader& in, std::string_view of_type) {
        const auto rest = in.rest();
        if (rest.starts_with('\'')) return {field_kind::text, quoted_text(in)};
        if (rest.starts_with("B'")) {
            in.take(1);
            return {field_kind::text, quoted_text(in)};
        }
        const auto word = in.take(std::min(rest.find(' '), rest.size()));
        if (word == "null") return {field_kind::null, {}};
        if (word == "unchanged-toast-datum") return {field_kind::unchanged, {}};
        if (word.empty()) in.fail("a value is missing");
        // Queries and pgoutput write t and f.
        const bool spelt = of_type == "boolean" && (word == "true" || word == "false");
        return {field_kind::text, spelt ? word.substr(0, 1) : word};
    }

    /// Reads ` name[type]:value` repeatedly, up to the end or to the new row of an update.
    void values(detail::byte_reader& in, std::vector<value>& out) {
        out.clear();
        while (in.left() != 0 && !in.rest().starts_with(" new-tuple:")) {
            in.expect(" ");
            const auto header = in.rest();
            value next;
            next.name = identifier(in);
            in.expect("[");
            const auto of_type = type(in);
            next.header = header.substr(0, header.size() - in.left());
            in.expect(":");
            next.content = content(in, of_type);
            // A table WITH OIDS shows the oid first; no user column can have this name.
            if (!out.empty() || next.header != "oid[oid]") out.push_back(next);
        }
    }

    // ---- tables

    followed* find(std::string_view schema, std::string_view name, std::string_view both) {
        const auto known = tables_.find(both);
        if (known != tables_.end()) return known->second ? &*known->second : nullptr;
        std::optional<followed> table;
        followed fresh;
        fresh.schema = unquoted(schema);
        fresh.name = unquoted(name);
        if (auto facts = find_(fresh.schema, fresh.name)) {
            fresh.facts = std::move(*facts);
            for (const auto& each : fresh.facts.columns) add_column(fresh, {}, each.name);
            table = std::move(fresh);
        }
        auto& kept = tables_.emplace(std::string(both), std::move(table)).first->second;
        return kept ? &*kept : nullptr;
    }

    static void add_column(followed& table, std::string_view header, std::string name) {
        const auto& identity = table.facts.identity;
        const bool key = table.facts.replica_identity == 'f' ||
                         std::find(identity.begin(), identity.end(), name) != identity.end();
        const auto* known = table.facts.column(name);
        table.columns.push_back(
            {std::string(header), std::move(name), key, known != nullptr && known->not_null});
        table.announced = false;
    }

    /// Fits a new row to the table. It has every column the table had at that time, which takes precedence
    /// over what the catalog says now.
    void fit_whole(followed& table, const std::vector<value>& row, std::vector<field>& out) {
        const bool same =
            std::equal(row.begin(), row.end(), table.columns.begin(), table.columns.end(),
                       [](const value& given, const column& known) { return given.header == known.header; });
        if (!same) {
            const bool altered = !table.columns.empty() && !table.columns.front().header.empty();
            if (altered) {
                if (auto facts = find_(table.schema, table.name)) table.facts = std::move(*facts);
            }
            table.columns.clear();
            for (const auto& each : row) add_column(table, each.header, unquoted(each.name));
            table.announced = false;
        }
        out.clear();
        for (const auto& each : row) out.push_back(each.content);
    }

    /// Fits an old row to the table. It has the columns of the replica identity, without those that are null.
    old_row fit_old(followed& table, const std::vector<value>& row, std::vector<field>& out) {
        out.assign(table.columns.size(), {});
        std::vector<bool> given(table.columns.size());
        std::size_t at = 0;
        for (const auto& each : row) {
            const auto name = unquoted(each.name);
            while (at < table.columns.size() && table.columns[at].name != name) ++at;
            // This happens only if the table was altered since and the first row seen here is a deleted one.
            if (at == table.columns.size()) {
                add_column(table, {}, name);
                out.emplace_back();
                given.push_back(false);
            }
            out[at] = each.content;
            given[at++] = true;
        }
        if (table.facts.replica_identity != 'f') return old_row::key;
        // The identity may have been a different one at that time: under FULL, every column that cannot be
        // null must be present.
        for (std::size_t i = 0; i < given.size(); ++i)
            if (table.columns[i].not_null && !given[i]) return old_row::key;
        return old_row::full;
    }

    template <typename OnEvent>
    void announce(followed& table, OnEvent& on_event) {
        if (table.announced) return;
        table.announced = true;
        described_.clear();
        for (const auto& each : table.columns) described_.push_back({each.key, each.name, 0, -1});
        on_event(event(change::relation{table.facts.oid, table.schema, table.name,
                                        table.facts.replica_identity, described_}));
    }

    template <typename OnEvent>
    void row(detail::byte_reader& in, OnEvent& on_event) {
        rows_seen_ = true;
        const auto qualified = in.rest();
        const auto schema = identifier(in);
        in.expect(".");
        const auto name = identifier(in);
        auto* table = find(schema, name, qualified.substr(0, qualified.size() - in.left()));
        if (table == nullptr) return;
        in.expect(": ");
        unescaped_.clear();
        unescaped_.reserve(in.left());  // views into it must not be invalidated
        const auto oid = table->facts.oid;
        if (in.skip("INSERT:")) {
            values(in, new_);
            fit_whole(*table, new_, after_);
            in.expect_end();
            announce(*table, on_event);
            on_event(event(change::insert{oid, after_}));
        } else if (in.skip("UPDATE:")) {
            auto old = in.skip(" old-key:") ? old_row::key : old_row::none;
            if (old != old_row::none) {
                values(in, old_);
                in.expect(" new-tuple:");
            }
            values(in, new_);
            in.expect_end();
            fit_whole(*table, new_, after_);
            before_.clear();
            if (old != old_row::none) {
                old = fit_old(*table, old_, before_);
                if (before_.size() != after_.size()) in.fail("the old row and the new row differ in columns");
            }
            announce(*table, on_event);
            on_event(event(change::update{oid, old, before_, after_}));
        } else if (in.skip("DELETE:")) {
            old_.clear();
            const bool nothing = in.skip(" (no-tuple-data)");
            if (!nothing) values(in, old_);
            in.expect_end();
            const auto old = fit_old(*table, old_, before_);
            announce(*table, on_event);
            on_event(event(change::remove{oid, nothing ? old_row::none : old, before_}));
        } else {
            in.fail("a table's change is none of INSERT, UPDATE, DELETE");
        }
    }

    find_table find_;
    /// Keyed by schema and name as in the text.
    std::unordered_map<std::string, std::optional<followed>, hash, std::equal_to<>> tables_;
    bool rows_seen_ = false;
    std::string unescaped_;
    std::vector<value> old_;
    std::vector<value> new_;
    std::vector<field> before_;
    std::vector<field> after_;
    std::vector<change::relation_column> described_;
};

}  // namespace pgsync::postgres
