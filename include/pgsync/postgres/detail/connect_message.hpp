#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pgsync::postgres::detail {

/// Takes the SQLSTATE of a failed connection out of libpq's verbose message, the only place libpq puts it:
/// `FATAL:  28P01: password …`. Returns it, the last one if several hosts were tried, and removes it from
/// `message`.
[[nodiscard]] inline std::string take_sqlstate(std::string& message) {
    const auto is_state = [](std::string_view text) {
        return text.size() == 5 && std::all_of(text.begin(), text.end(), [](char c) {
                   return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
               });
    };
    std::string state;
    for (auto at = message.find(":  "); at != std::string::npos; at = message.find(":  ", at + 3)) {
        const std::string_view rest = std::string_view(message).substr(at + 3);
        if (!is_state(rest.substr(0, 5)) || !rest.substr(5).starts_with(": ")) continue;
        state = rest.substr(0, 5);
        message.erase(at + 3, 7);
    }
    return state;
}

/// Turns libpq's message of several lines into one. Drops the server's source line, libpq's advice,
/// repetitions (libpq tries with and without encryption), and for a single attempt also the address, which
/// the caller reports anyway.
[[nodiscard]] inline std::string tidy_connect_message(std::string_view message) {
    std::vector<std::string_view> lines;
    while (!message.empty()) {
        const auto end = message.find('\n');
        const auto line = message.substr(0, end);
        message.remove_prefix(end == std::string_view::npos ? message.size() : end + 1);
        if (line.empty() || line.starts_with('\t') || line.starts_with("LOCATION:")) continue;
        if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(line);
    }
    constexpr std::string_view failed = " failed: ";
    if (lines.size() == 1 && lines[0].starts_with("connection to server "))
        if (const auto at = lines[0].find(failed); at != std::string_view::npos)
            lines[0].remove_prefix(at + failed.size());
    std::string out;
    for (const auto line : lines) out.append(out.empty() ? "" : "; ").append(line);
    return out;
}

}  // namespace pgsync::postgres::detail
