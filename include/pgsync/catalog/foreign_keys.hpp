#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/catalog/catalog_row.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>

namespace pgsync::postgres {

/// A column of one table and a column of another.
using column_pair = std::pair<std::string, std::string>;

/// A FOREIGN KEY constraint.
struct foreign_key_facts {
    std::string name;
    std::uint32_t table = 0;             ///< the table that has the constraint
    std::uint32_t referenced = 0;        ///< the table that it refers to
    std::vector<column_pair> columns{};  ///< columns of `table` and of `referenced`
};

/// Returns a foreign key between two tables that pairs the columns of a join differently than the join does.
/// Returns nullptr if there is none, or if another foreign key pairs them as the join does. Only foreign keys
/// whose columns are all joined count: the columns that such a key pairs belong together.
[[nodiscard]] inline const foreign_key_facts* contradicting_key(std::span<const foreign_key_facts> keys,
                                                                std::uint32_t one, std::uint32_t other,
                                                                const std::vector<column_pair>& joined) {
    const foreign_key_facts* against = nullptr;
    const auto has = [](const auto& in, const auto& part, const std::string& name) {
        return std::any_of(in.begin(), in.end(), [&](const column_pair& each) { return part(each) == name; });
    };
    const auto first = [](const column_pair& pair) -> const std::string& { return pair.first; };
    const auto second = [](const column_pair& pair) -> const std::string& { return pair.second; };
    for (const auto& key : keys) {
        // If a table refers to itself, both directions are tried.
        for (const bool forward : {true, false}) {
            const auto from = forward ? one : other;
            const auto to = forward ? other : one;
            if (key.table != from || key.referenced != to) continue;
            std::vector<column_pair> pairs = key.columns;
            if (!forward) {
                for (auto& pair : pairs) std::swap(pair.first, pair.second);
            }
            const bool speaks = std::all_of(pairs.begin(), pairs.end(), [&](const column_pair& pair) {
                return has(joined, first, pair.first) && has(joined, second, pair.second);
            });
            if (!speaks) continue;
            const bool agrees = std::all_of(pairs.begin(), pairs.end(), [&](const column_pair& pair) {
                return std::find(joined.begin(), joined.end(), pair) != joined.end();
            });
            if (agrees) return nullptr;
            if (against == nullptr) against = &key;
        }
    }
    return against;
}

/// Reads the foreign keys of these tables in one round trip.
[[nodiscard]] inline std::vector<foreign_key_facts> read_foreign_keys(session& session,
                                                                      std::span<const std::uint32_t> tables) {
    std::vector<std::string> texts;
    for (const auto oid : tables) texts.push_back(std::to_string(oid));
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    const auto found = session.exec_params(
        "SELECT k.oid, k.conname, k.conrelid, k.confrelid, a.attname, b.attname "
        "FROM pg_catalog.pg_constraint k "
        "CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS c(one, other, place) "
        "JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.one "
        "JOIN pg_catalog.pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = c.other "
        "WHERE k.contype = 'f' AND k.conrelid = ANY ($1::oid[]) ORDER BY k.conname, k.oid, c.place",
        {array_literal(views)});
    std::vector<foreign_key_facts> out;
    std::uint32_t last = 0;
    for (int i = 0; i < found.rows(); ++i) {
        catalog_row row(found.row(i));
        const auto oid = row.number<std::uint32_t>();
        if (out.empty() || oid != last) out.emplace_back();
        last = oid;
        auto& key = out.back();
        key.name = row.text();
        key.table = row.number<std::uint32_t>();
        key.referenced = row.number<std::uint32_t>();
        auto column = row.text();
        key.columns.emplace_back(std::move(column), row.text());
    }
    return out;
}

}  // namespace pgsync::postgres
