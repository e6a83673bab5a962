#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pgsync {

/// Returns a compiled query in lines that a person reads: a line break and an indent by depth take the place
/// of the blank before each clause, never inside quotes. The server reads both forms as the same.
[[nodiscard]] inline std::string pretty_sql(std::string_view sql) {
    std::string out;
    std::size_t depth = 0;
    char quote = 0;
    for (std::size_t i = 0; i < sql.size(); ++i) {
        const char c = sql[i];
        if (quote != 0) {
            if (c == quote) quote = 0;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '$') {
            // A string between $tag$ and $tag$; a parameter's number is followed by no second one.
            constexpr std::string_view digits = "0123456789";
            const auto end = sql.find_first_of(" ,()'\"$", i + 1);
            const bool begins = end != std::string_view::npos && sql[end] == '$' &&
                                digits.find(sql[i + 1]) == std::string_view::npos;
            const auto tag = begins ? sql.substr(i, end + 1 - i) : std::string_view();
            const auto close = begins ? sql.find(tag, end + 1) : std::string_view::npos;
            if (close != std::string_view::npos) {
                out.append(sql.substr(i, close + tag.size() - i));
                i = close + tag.size() - 1;
                continue;
            }
        } else if (c == '(') {
            ++depth;
        } else if (c == ')') {
            if (depth > 0) --depth;
        } else if (c == ' ') {
            bool clause = false;
            for (const std::string_view word : {"FROM \"", "LEFT JOIN ", "CROSS JOIN ", "JOIN ", "WHERE "}) {
                // `LEFT JOIN` breaks before LEFT, not again before JOIN.
                clause =
                    clause || (sql.substr(i + 1).starts_with(word) && !sql.substr(0, i).ends_with("LEFT") &&
                               !sql.substr(0, i).ends_with("CROSS"));
            }
            if (clause) {
                out += '\n';
                out.append(2 * depth + 2, ' ');
                continue;
            }
        }
        out += c;
    }
    return out;
}

}  // namespace pgsync
