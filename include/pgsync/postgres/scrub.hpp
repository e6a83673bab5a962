#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pgsync::postgres {

namespace detail {

[[nodiscard]] constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] constexpr bool is_space(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

[[nodiscard]] constexpr std::size_t find_word(std::string_view text, std::string_view word,
                                              std::size_t from) noexcept {
    for (std::size_t at = from; at + word.size() <= text.size(); ++at) {
        std::size_t same = 0;
        while (same < word.size() && lower(text[at + same]) == word[same]) ++same;
        if (same == word.size()) return at;
    }
    return std::string_view::npos;
}

/// Returns where the value that starts at `at` ends: after the closing quote if it is quoted, otherwise at a
/// blank. A backslash takes the next character with it. A value without its closing quote extends to the end.
[[nodiscard]] constexpr std::size_t value_end(std::string_view text, std::size_t at) noexcept {
    const bool quoted = at < text.size() && text[at] == '\'';
    for (std::size_t i = quoted ? at + 1 : at; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (quoted && text[i] == '\'') {
            if (i + 1 < text.size() && text[i + 1] == '\'')
                ++i;
            else
                return i + 1;
        } else if (!quoted && is_space(text[i])) {
            return i;
        }
    }
    return text.size();
}

}  // namespace detail

/// Returns `text` with `***` in place of anything that may be a password: the value after `PASSWORD '…'`,
/// `password=` or `password = '…'`, and the part between user and host in `scheme://user:…@host`. In doubt it
/// hides too much.
[[nodiscard]] inline std::string scrub(std::string_view text) {
    constexpr std::string_view word = "password";
    std::string named;
    std::size_t done = 0;
    for (auto at = detail::find_word(text, word, 0); at != std::string_view::npos;
         at = detail::find_word(text, word, at)) {
        at += word.size();
        auto value = at;
        while (value < text.size() && detail::is_space(text[value])) ++value;
        const bool assigned = value < text.size() && text[value] == '=';
        if (assigned) ++value;
        while (value < text.size() && detail::is_space(text[value])) ++value;
        if (!assigned && (value == text.size() || text[value] != '\'')) continue;
        named.append(text.substr(done, value - done)).append("***");
        done = detail::value_end(text, value);
        at = done;
    }
    named.append(text.substr(done));

    std::string out;
    std::string_view rest = named;
    for (auto at = rest.find("://"); at != std::string_view::npos; at = rest.find("://")) {
        out.append(rest.substr(0, at + 3));
        rest.remove_prefix(at + 3);
        const auto url = rest.substr(0, rest.find_first_of(" \t\r\n\"'"));
        const auto colon = url.find(':');
        const auto host = url.rfind('@');
        if (colon == std::string_view::npos || host == std::string_view::npos || host < colon) continue;
        out.append(url.substr(0, colon + 1)).append("***");
        rest.remove_prefix(host);
    }
    return out.append(rest);
}

/// Returns `text` with `***` in place of a known password, wherever it occurs. Passwords of one or two
/// characters are not replaced: hiding them would reveal more than it hides.
[[nodiscard]] inline std::string without_password(std::string text, std::string_view password) {
    if (password.size() < 3) return text;
    for (auto at = text.find(password); at != std::string::npos; at = text.find(password, at + 3))
        text.replace(at, password.size(), "***");
    return text;
}

}  // namespace pgsync::postgres
