#pragma once

#include <string_view>

#include <pgsync/shape/text.hpp>

namespace pgsync::detail::mapping {

/// A JSON string with its quotes.
constexpr void write_json_string(text& out, std::string_view value) {
    constexpr std::string_view digits = "0123456789abcdef";
    out << '"';
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
