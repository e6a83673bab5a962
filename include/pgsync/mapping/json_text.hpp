#pragma once

#include <string_view>

#include <pgsync/shape/text.hpp>

namespace pgsync::detail::mapping {

/// Writes a JSON string with its quotes.
constexpr void write_json_string(text& out, std::string_view value) {
    bool plain = true;
    for (const char c : value)
        plain = plain && c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20;
    out << '"';
    if (plain) {  // by far the most common case; compilers count every step
        out << value << '"';
        return;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out << '\\' << c;
        } else if (byte < 0x20) {
            out << "\\u00" << digits[byte >> 4] << digits[byte & 15U];
        } else {
            out << c;
        }
    }
    out << '"';
}

}  // namespace pgsync::detail::mapping
