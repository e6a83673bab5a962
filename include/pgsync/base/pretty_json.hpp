#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pgsync {

/// Returns compact JSON with a member a line, indented by depth.
[[nodiscard]] inline std::string pretty_json(std::string_view json) {
    std::string out;
    std::size_t depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (quoted) {
            out += c;
            if (c == '\\') {
                out += json[++i];
            } else if (c == '"') {
                quoted = false;
            }
        } else if (c == '{') {
            out += c;
            out += '\n' + std::string(2 * ++depth, ' ');
        } else if (c == '}') {
            out += '\n' + std::string(2 * --depth, ' ') + c;
        } else {
            out += c;
            quoted = c == '"';
            if (c == ',') out += '\n' + std::string(2 * depth, ' ');
            if (c == ':') out += ' ';
        }
    }
    return out + '\n';
}

}  // namespace pgsync
