#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pgsync {

/// Returns how many bytes the UTF-8 character at the beginning of `text` has, and its code point in `number`;
/// 0 if there is no valid one.
[[nodiscard]] constexpr std::size_t utf8_size(std::string_view text, unsigned& number) {
    const auto byte = [&](std::size_t i) {
        return static_cast<unsigned>(static_cast<unsigned char>(text[i]));
    };
    const unsigned first = byte(0);
    const std::size_t size = first < 0x80U ? 1 : first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : 2;
    if (size > text.size() || (size > 1 && first < 0xC2U) || first > 0xF4U) return 0;
    number = size == 1 ? first : first & (0x7FU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return 0;
        number = number << 6U | (byte(i) & 0x3FU);
    }
    const bool overlong = (size == 3 && number < 0x800U) || (size == 4 && number < 0x10000U);
    return overlong || number > 0x10FFFFU || (number >= 0xD800U && number <= 0xDFFFU) ? 0 : size;
}

/// Returns true for characters that would end a line, move a terminal's cursor or change the text direction.
[[nodiscard]] constexpr bool is_control(unsigned number) {
    return number < 0x20U || (number >= 0x7FU && number < 0xA0U) || number == 0x2028U || number == 0x2029U ||
           (number >= 0x200EU && number <= 0x200FU) || (number >= 0x202AU && number <= 0x202EU) ||
           (number >= 0x2066U && number <= 0x2069U) || number == 0xFEFFU;
}

/// Returns true if all of `text` is valid UTF-8.
[[nodiscard]] constexpr bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        unsigned number = 0;
        const auto size = utf8_size(text, number);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

/// Makes a name, a value or a server's message safe for a log line or a terminal. Control characters become
/// `\n`, `\x1b` or `\u2028`, bytes that are not UTF-8 become `\xff`, so that nothing in a table or an answer
/// can look like a line of its own. With `lines`, line ends are kept.
[[nodiscard]] inline std::string printable(std::string_view text, bool lines = false) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    out.reserve(text.size());
    const auto hex = [&](unsigned number, unsigned shift) {
        out += digits[number >> (shift + 4) & 15U];
        out += digits[number >> shift & 15U];
    };
    while (!text.empty()) {
        unsigned number = 0;
        const auto size = utf8_size(text, number);
        if (size == 0) {
            out += "\\x";
            hex(static_cast<unsigned char>(text[0]), 0);
        } else if (!is_control(number) || (lines && number == '\n')) {
            out.append(text.substr(0, size));
        } else if (number == '\n') {
            out += "\\n";
        } else if (number == '\r') {
            out += "\\r";
        } else if (number == '\t') {
            out += "\\t";
        } else if (number < 0x100U) {
            out += "\\x";
            hex(number, 0);
        } else {
            out += "\\u";
            hex(number, 8);
            hex(number, 0);
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return out;
}

/// Cuts `text` to at most `limit` bytes, at the end of a character, and appends `…` if anything was cut.
inline void shorten(std::string& text, std::size_t limit) {
    if (text.size() <= limit) return;
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) --limit;
    text.resize(limit);
    text += "…";
}

}  // namespace pgsync
