#pragma once

#include <span>
#include <string>
#include <string_view>

#include <pgsync/base/error.hpp>

namespace pgsync::postgres {

namespace detail {

/// Throws errc::configuration if `text` contains a zero byte: PostgreSQL's text cannot hold one, and libpq
/// would silently cut the text there.
inline void refuse_zero_byte(std::string_view text, const char* what) {
    if (text.find('\0') != std::string_view::npos)
        throw error(errc::configuration,
                    std::string(what) + " contains a zero byte, which PostgreSQL cannot hold", "remove it");
}

/// Appends `text` between two `quote`s, with `special` characters doubled.
inline void append_doubled(std::string& out, std::string_view text, char quote, std::string_view special) {
    out += quote;
    for (const char c : text) {
        if (special.find(c) != std::string_view::npos) out += c;
        out += c;
    }
    out += quote;
}

}  // namespace detail

/// Quotes a string literal: `it's` → `'it''s'`. A text with backslashes becomes an `E'…'` literal, which
/// means the same under any standard_conforming_strings. Throws errc::configuration for a zero byte.
[[nodiscard]] inline std::string quote_literal(std::string_view text) {
    detail::refuse_zero_byte(text, "a text");
    std::string out;
    out.reserve(text.size() + 3);
    if (text.find('\\') != std::string_view::npos) out += 'E';
    detail::append_doubled(out, text, '\'', "'\\");
    return out;
}

/// Quotes an identifier: `odd "name"` → `"odd ""name"""`. It is always quoted, so that no word is reserved
/// and case is kept.
[[nodiscard]] inline std::string quote_identifier(std::string_view name) {
    detail::refuse_zero_byte(name, "an identifier");
    std::string out;
    out.reserve(name.size() + 2);
    detail::append_doubled(out, name, '"', "\"");
    return out;
}

/// Returns the text form of a `text[]` or any other array: `{"a","b \"c\""}`. Every element is quoted, so
/// that `NULL`, blanks and the empty string keep their meaning.
[[nodiscard]] inline std::string array_literal(std::span<const std::string_view> elements) {
    std::string out = "{";
    for (const auto element : elements) {
        detail::refuse_zero_byte(element, "an array element");
        if (out.size() > 1) out += ',';
        out += '"';
        for (const char c : element) {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
        out += '"';
    }
    out += '}';
    return out;
}

}  // namespace pgsync::postgres
