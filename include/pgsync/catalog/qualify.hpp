#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace pgsync::postgres {

/// A quoted table name without schema and the same with it: `"booking"`, `"public"."booking"`.
using qualified_name = std::pair<std::string, std::string>;

/// Puts their schemas before the tables of a compiled query: the schema a table is in may not be one in which
/// functions may be looked for, too, and nobody is to slip another table in between two sessions. Tables are
/// what stands behind FROM and JOIN. (Of the SQL in a shape that could also be the quoted column in
/// `extract(year FROM "booking")`; where a table of the shape has the same name, the server says so at
/// start.)
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
