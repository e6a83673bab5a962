#pragma once

#include <string>
#include <string_view>

namespace pgsync {

/// Appends `text` as a JSON string with its quotes. Bytes from 0x80 on are copied unchanged, because
/// PostgreSQL returns valid UTF-8 only. Bytes that are not UTF-8 all the same are left for the cluster to
/// reject, never altered: two ids must not become one.
inline void append_json_string(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            out += "\\u00";
            out += digits[byte >> 4U];
            out += digits[byte & 15U];
        } else {
            out += c;
        }
    }
    out += '"';
}

}  // namespace pgsync
