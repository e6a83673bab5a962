#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace pgsync::postgres {

/// A quoted table name without its schema and with it: `"booking"`, `"public"."booking"`.
using qualified_name = std::pair<std::string, std::string>;

/// Adds the schemas to the table names in a compiled query. A table's schema may be one in which functions
/// must not be looked up, and no other table may take the name's place between two sessions. Table names are
/// those after FROM and JOIN. (In the SQL of a shape that may also be the quoted column in `extract(year FROM
/// "booking")`; if a table of the shape has the same name, the server reports an error at start.)
[[nodiscard]] inline std::string qualify_tables(std::string_view sql,
                                                std::span<const qualified_name> tables) {
    std::string out;
    out.reserve(sql.size() + 256);
    while (!sql.empty()) {
        const auto quote = sql.find_first_of("\"'");
        out.append(sql.substr(0, quote));
        if (quote == std::string_view::npos) break;
        sql.remove_prefix(quote);
        const char mark = sql[0];
        auto end = sql.find(mark, 1);
        while (end != std::string_view::npos && sql.substr(end + 1).starts_with(mark))
            end = sql.find(mark, end + 2);
        const auto quoted = sql.substr(0, end == std::string_view::npos ? end : end + 1);
        sql.remove_prefix(quoted.size());
        const bool table =
            mark == '"' && !sql.starts_with('.') && (out.ends_with(" FROM ") || out.ends_with(" JOIN "));
        const qualified_name* found = nullptr;
        for (const auto& each : tables) {
            if (table && each.first == quoted) found = &each;
        }
        out.append(found == nullptr ? quoted : found->second);
    }
    return out;
}

}  // namespace pgsync::postgres
