#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/wal/event.hpp>

namespace pgsync::pipeline {

/// Converts to UTF-8 the few texts in WAL that are used as such, names and keys. They arrive in the encoding
/// of the database, see replication_stream::encoding(), and most are ASCII in any encoding.
class wal_text {
  public:
    /// Asks the server to convert a text; returns nothing if it has no UTF-8 form.
    using convert_function = std::function<std::optional<std::string>(std::string_view)>;

    wal_text() = default;
    explicit wal_text(convert_function convert) : convert_(std::move(convert)) {}

    /// Returns a converter for a database with this encoding; `connection` returns a session on it.
    [[nodiscard]] static wal_text of(const std::string& encoding,
                                     std::function<postgres::session&()> connection) {
        // SQL_ASCII means bytes without an encoding, which every session takes as they are.
        if (encoding == "UTF8" || encoding == "SQL_ASCII") return {};
        return wal_text([encoding, connection = std::move(connection)](
                            std::string_view text) -> std::optional<std::string> {
            constexpr std::string_view digits = "0123456789abcdef";
            std::string hex = "\\x";
            for (const char c : text) {
                hex += digits[static_cast<unsigned char>(c) >> 4U];
                hex += digits[static_cast<unsigned char>(c) & 15U];
            }
            try {
                return std::string(
                    connection()
                        .exec_params("SELECT pg_catalog.convert_from($1::bytea, $2::name)", {hex, encoding})
                        .get(0, 0));
            } catch (const postgres::sql_error& problem) {
                if (!problem.sqlstate().starts_with("22")) throw;
                return std::nullopt;
            }
        });
    }

    /// Returns the text in UTF-8, or nothing if it has no such form. Valid until the next call.
    [[nodiscard]] std::optional<std::string_view> value(std::string_view text) {
        if (!convert_ || is_ascii(text)) return text;
        auto found = convert_(text);
        if (!found) return std::nullopt;
        value_ = std::move(*found);
        return value_;
    }

    /// Returns a table's description with names in UTF-8, valid until the next call. A name without a UTF-8
    /// form stays as it is: no shape can refer to it.
    [[nodiscard]] postgres::change::relation relation(const postgres::change::relation& table) {
        if (!convert_) return table;
        names_.clear();
        names_.reserve(table.columns.size() + 2);
        const auto name = [&](std::string_view text) -> std::string_view {
            return names_.emplace_back(value(text).value_or(text));
        };
        auto out = table;
        out.schema = name(table.schema);
        out.name = name(table.name);
        columns_.assign(table.columns.begin(), table.columns.end());
        for (auto& column : columns_) column.name = name(column.name);
        out.columns = columns_;
        return out;
    }

  private:
    [[nodiscard]] static bool is_ascii(std::string_view text) {
        return std::all_of(text.begin(), text.end(),
                           [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
    }

    convert_function convert_;
    std::string value_;
    std::vector<std::string> names_;
    std::vector<postgres::change::relation_column> columns_;
};

}  // namespace pgsync::pipeline
