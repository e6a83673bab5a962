#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <libpq-fe.h>

#include <pgsync/base/error.hpp>
#include <pgsync/postgres/scrub.hpp>

namespace pgsync::postgres {

/// libpq's keywords and values, `{"host", "db1"}`. May contain a password: never print it.
using connection_parameters = std::vector<std::pair<std::string, std::string>>;

namespace detail {

[[nodiscard]] inline bool is_uri(std::string_view conninfo) noexcept {
    return conninfo.starts_with("postgresql://") || conninfo.starts_with("postgres://");
}

/// Returns true if libpq reads user and password of the URL differently than its author meant, because they
/// contain an `@` or `/` that is not percent-encoded. libpq's messages would then quote a piece of the
/// password as a host or port.
[[nodiscard]] inline bool misread_uri(std::string_view conninfo) noexcept {
    if (!is_uri(conninfo)) return false;
    conninfo.remove_prefix(conninfo.find("://") + 3);
    const auto split = conninfo.find_first_of("@/");
    if (split == std::string_view::npos) return false;
    // In the parameters an `@` is only a character. A password may contain a `?`, but hardly `?name=`.
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz_";
    for (auto mark = conninfo.find('?', split); mark != std::string_view::npos;
         mark = conninfo.find('?', mark + 1)) {
        const auto end = conninfo.find_first_not_of(letters, mark + 1);
        if (end == std::string_view::npos || end == mark + 1 || conninfo[end] != '=') continue;
        conninfo = conninfo.substr(0, mark);
        break;
    }
    return conninfo.find('@', split + 1) != std::string_view::npos;
}

inline constexpr const char* encode_remedy =
    "in a URL write special characters of user and password percent-encoded: @ as %40, / as %2F, : as %3A";

/// Returns libpq's message without what it quotes, which may be a piece of a password. Cuts from the first
/// quotation mark to the last, because a password may contain some itself. The marks of other languages («»,
/// „“) are recognized as not ASCII.
[[nodiscard]] inline std::string without_quoted(std::string_view text) {
    const auto mark = [](char c) { return c == '"' || (static_cast<unsigned char>(c) & 0x80U) != 0; };
    const auto first = std::find_if(text.begin(), text.end(), mark);
    const auto last = std::find_if(text.rbegin(), text.rend(), mark);
    if (first == text.end()) return std::string(text);
    return std::string(text.begin(), first) + "\"…\"" + std::string(last.base(), text.end());
}

[[nodiscard]] inline std::string without_line_end(std::string_view text) {
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return std::string(text);
}

}  // namespace detail

/// Parses a URL (`postgresql://…`), `key=value …`, the bare name of a database, or an empty string, in which
/// case libpq's variables (PGHOST, …) and defaults decide. Throws errc::configuration for what libpq cannot
/// read.
[[nodiscard]] inline connection_parameters parse_conninfo(const std::string& conninfo) {
    if (conninfo.find('\0') != std::string::npos)
        throw error(errc::configuration, "the connection string contains a zero byte");
    if (conninfo.empty()) return {};
    if (!detail::is_uri(conninfo) && conninfo.find('=') == std::string::npos) return {{"dbname", conninfo}};

    char* raw_message = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(conninfo.c_str(), &raw_message), &PQconninfoFree);
    const std::unique_ptr<char, decltype(&PQfreemem)> message(raw_message, &PQfreemem);
    if (!options) {
        auto why = detail::without_line_end(message ? message.get() : "out of memory");
        // An `@` ends a password in a URL, and a `%` may encode a letter of the word "password" itself.
        const bool secret = conninfo.find_first_of("@%") != std::string::npos ||
                            detail::find_word(conninfo, "password", 0) != std::string_view::npos;
        throw error(errc::configuration,
                    "the connection string cannot be read: " + (secret ? detail::without_quoted(why) : why),
                    detail::is_uri(conninfo) && conninfo.find('@') != std::string::npos
                        ? detail::encode_remedy
                        : "write it as postgresql://user@host:port/database or as "
                          "key=value, with values that contain blanks in single quotes");
    }
    connection_parameters out;
    for (const auto* option = options.get(); option->keyword != nullptr; ++option)
        if (option->val != nullptr) out.emplace_back(option->keyword, option->val);
    return out;
}

/// Returns the value given for `keyword`, or nullptr.
[[nodiscard]] inline const std::string* find_parameter(const connection_parameters& in,
                                                       std::string_view keyword) {
    const auto found =
        std::find_if(in.begin(), in.end(), [&](const auto& each) { return each.first == keyword; });
    return found == in.end() ? nullptr : &found->second;
}

/// Returns true if it contains a password of any kind, or what may be one. Throws if libpq cannot read it.
[[nodiscard]] inline bool holds_password(const std::string& conninfo) {
    if (detail::misread_uri(conninfo)) return true;
    const auto read = parse_conninfo(conninfo);
    return std::any_of(read.begin(), read.end(), [](const auto& each) {
        return (each.first == "password" || each.first == "sslpassword") && !each.second.empty();
    });
}

inline void set_parameter(connection_parameters& in, const std::string& keyword, const std::string& value) {
    std::erase_if(in, [&](const auto& each) { return each.first == keyword; });
    in.emplace_back(keyword, value);
}

/// Adds pgsync's defaults to the user's parameters: its name, UTF-8, and timeouts by which a dead server is
/// noticed (after a minute rather than the operating system's two hours). Except for UTF-8, values the user
/// has set are kept.
[[nodiscard]] inline connection_parameters with_defaults(connection_parameters given) {
    constexpr std::array<std::pair<const char*, const char*>, 5> defaults{{{"connect_timeout", "30"},
                                                                           {"keepalives_idle", "30"},
                                                                           {"keepalives_interval", "10"},
                                                                           {"keepalives_count", "3"},
                                                                           {"tcp_user_timeout", "60000"}}};
    set_parameter(given, "client_encoding", "UTF8");
    if (find_parameter(given, "fallback_application_name") == nullptr)
        set_parameter(given, "fallback_application_name", "pgsync");
    // A service file fills in only parameters that are not set, so setting them here would override it.
    if (find_parameter(given, "service") != nullptr || std::getenv("PGSERVICE") != nullptr) return given;
    for (const auto& [keyword, value] : defaults) {
        if (keyword == std::string_view("connect_timeout") && std::getenv("PGCONNECT_TIMEOUT") != nullptr)
            continue;
        if (find_parameter(given, keyword) == nullptr) set_parameter(given, keyword, value);
    }
    return given;
}

/// Returns how long the server may be silent before pgsync checks that it is still there: libpq's
/// `tcp_user_timeout`, by default a minute.
[[nodiscard]] inline std::chrono::milliseconds patience_of(const connection_parameters& given) {
    const auto* set = find_parameter(given, "tcp_user_timeout");
    const long value = set == nullptr ? 0 : std::strtol(set->c_str(), nullptr, 10);
    return value > 0 ? std::chrono::milliseconds(value) : std::chrono::minutes(1);
}

/// Returns the parameters as one `key='value' …` string, for libraries that need one. Contains the password
/// if there is one.
[[nodiscard]] inline std::string to_conninfo(const connection_parameters& parameters) {
    std::string out;
    for (const auto& [keyword, value] : parameters) {
        if (!out.empty()) out += ' ';
        out += keyword + "='";
        for (const char c : value) {
            if (c == '\'' || c == '\\') out += '\\';
            out += c;
        }
        out += '\'';
    }
    return out;
}

/// Returns `conninfo` for printing: unchanged if it contains no password; otherwise as key=value pairs with
/// `***` for each password, and as `***` alone if libpq may read it differently than its author meant, or not
/// at all.
[[nodiscard]] inline std::string masked(const std::string& conninfo) {
    try {
        if (!holds_password(conninfo)) return conninfo;
        if (detail::misread_uri(conninfo)) return "***";
        auto read = parse_conninfo(conninfo);
        for (auto& [keyword, value] : read)
            if (keyword == "password" || keyword == "sslpassword") value = "***";
        return to_conninfo(read);
    } catch (const error&) {
        return "***";
    }
}

}  // namespace pgsync::postgres
