#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/base/finding.hpp>
#include <pgsync/catalog/table_facts.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/shape/node.hpp>

/// What doctor reports about rows that may have no document, or no stable one.
namespace pgsync::app::detail {

/// Reports key columns that may be null. `tables` has one entry for each node of each index.
[[nodiscard]] inline findings nullable_keys(std::span<const compiled_index> indices,
                                            std::span<const std::optional<postgres::table_facts>> tables) {
    findings out;
    std::size_t first = 0;
    for (const auto& index : indices) {
        for (std::size_t i = 0; i < index.shape.nodes.size(); ++i) {
            const auto& node = index.shape.nodes[i];
            const auto& table = tables[first + i];
            const bool listed =
                node.what == aggregate::none && (is_to_many(node) || node.kind == relation::has_one);
            if (!table || table->kind == 'v' || table->kind == 'm' || (i != 0 && !listed)) continue;
            for (const auto& column : index.shape.columns_of(node)) {
                const auto* found = table->column(column.name);
                if (!column.key || found == nullptr || found->not_null) continue;
                const auto set = "ALTER TABLE " + postgres::quote_identifier(table->schema) + "." +
                                 postgres::quote_identifier(table->name) + " ALTER COLUMN " +
                                 postgres::quote_identifier(found->name) + " SET NOT NULL";
                const auto what = "column \"" + found->name + "\" of table \"" + table->name +
                                  "\" may be null and is part of the key of struct " +
                                  std::string(node.type) + " of index " + std::string(index.name);
                out.push_back({i == 0 ? severity::advice : severity::warning,
                               "nullable_key",
                               what,
                               i == 0 ? "a row where it is null has no document"
                               : is_recursive(node)
                                   ? "rows where it is null are not shown"
                                   : "rows where it is null come in no order that is always the "
                                     "same, and of several a has_one takes any",
                               {by_sql(set)}});
            }
        }
        first += index.shape.nodes.size();
    }
    return out;
}

/// Reports a database encoding that admits text which is not UTF-8.
[[nodiscard]] inline findings encodings(std::string_view encoding) {
    findings out;
    if (encoding == "SQL_ASCII") {
        out.push_back({severity::advice,
                       "encoding",
                       "the database's encoding is SQL_ASCII, which takes bytes of any encoding",
                       "a row that holds a byte which is no UTF-8 has no document; sync stops there or, with "
                       "--on-rejected=dead-letter, sets that document aside",
                       {by_hand("correct such rows, and have a database of encoding UTF8 in the long run")}});
    }
    return out;
}

}  // namespace pgsync::app::detail
