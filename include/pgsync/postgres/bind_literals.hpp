#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <pgsync/base/error.hpp>

namespace pgsync::postgres {

/// Replaces `$1`, `$2`, … by the given literals, which must already be quoted. For COPY and DECLARE CURSOR,
/// which accept no parameters. Skips quoted identifiers and strings, whatever they contain.
[[nodiscard]] inline std::string bind_literals(std::string_view sql, std::span<const std::string> literals) {
    std::string out;
    out.reserve(sql.size() + 64);
    for (std::size_t i = 0; i < sql.size(); ++i) {
        const char c = sql[i];
        if (c == '"' || c == '\'') {
            // A doubled quote ends one quotation and begins the next, which gives the same result here.
            const auto end = sql.find(c, i + 1);
            const auto stop = end == std::string_view::npos ? sql.size() : end + 1;
            out.append(sql.substr(i, stop - i));
            i = stop - 1;
            continue;
        }
        if (c != '$') {
            out += c;
            continue;
        }
        std::size_t number = 0;
        std::size_t digits = 0;
        while (i + 1 + digits < sql.size() && sql[i + 1 + digits] >= '0' && sql[i + 1 + digits] <= '9') {
            number = number * 10 + static_cast<std::size_t>(sql[i + 1 + digits] - '0');
            ++digits;
        }
        if (digits == 0 || number == 0 || number > literals.size()) {
            throw error(errc::configuration, "query asks for parameter $" + std::to_string(number) + " of " +
                                                 std::to_string(literals.size()));
        }
        out += literals[number - 1];
        i += digits;
    }
    return out;
}

}  // namespace pgsync::postgres
