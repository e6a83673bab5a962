#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/routing/key.hpp>

namespace pgsync::postgres {

/// Returns the join keys in a table: the distinct values of `columns`, encoded as for a change event, without
/// rows where one of them is null. With no columns, returns one empty text if the table has any row. Returns
/// nullopt if there are more than `most`.
[[nodiscard]] inline std::optional<std::vector<std::string>> read_join_keys(
    session& session, std::uint32_t table, std::span<const std::string_view> columns, std::size_t most) {
    const auto name = session.exec_params(
        "SELECT $1::oid::regclass::text, pg_catalog.count(*) FROM "
        "pg_catalog.pg_class WHERE oid = $1::oid",
        {std::to_string(table)});
    std::vector<std::string> out;
    if (name.get(0, 1) == "0") return out;  // dropped in the meantime
    const std::string from = " FROM ONLY " + std::string(name.get(0, 0));
    if (columns.empty()) {
        if (session.exec("SELECT 1" + from + " LIMIT 1").rows() != 0) out.emplace_back();
        return out;
    }
    std::string list;
    std::string present;
    for (const auto column : columns) {
        const auto quoted = quote_identifier(column);
        list += (list.empty() ? "" : ", ") + quoted + "::text";
        present += (present.empty() ? " WHERE " : " AND ") + quoted + " IS NOT NULL";
    }
    const auto rows =
        session.exec("SELECT DISTINCT " + list + from + present + " LIMIT " + std::to_string(most + 1));
    if (static_cast<std::size_t>(rows.rows()) > most) return std::nullopt;
    for (int row = 0; row < rows.rows(); ++row) {
        auto& text = out.emplace_back();
        for (std::size_t part = 0; part < columns.size(); ++part)
            append_key_part(text, rows.get(row, static_cast<int>(part)), part == 0);
    }
    return out;
}

}  // namespace pgsync::postgres
