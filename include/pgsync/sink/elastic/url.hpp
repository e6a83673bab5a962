#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/base/error.hpp>

namespace pgsync::elastic {

/// A cluster's address, split into parts so that its secrets never appear in a message.
struct cluster_url {
    std::string base;  ///< `http(s)://host:port[/prefix]`, without user, password or trailing slash
    std::string user;
    std::string password;
};

namespace detail {

[[nodiscard]] inline int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

[[nodiscard]] inline std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
            hex_value(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

[[noreturn]] inline void refuse_url(const char* why) {
    throw error(
        errc::configuration, std::string("the cluster's URL ") + why,
        "set ELASTICSEARCH_URL or --elasticsearch to something like http://127.0.0.1:9200; write special "
        "characters of user and password percent-encoded, / as %2F");
}

/// Throws errc::configuration unless `text` is `host`, `host:port`, `[::1]` or `[::1]:port`.
inline void check_host(std::string_view text) {
    const auto bracket = text.rfind(']');
    const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (text.empty() || colon == 0) refuse_url("names no host");
    if (text.find(',') != std::string_view::npos)
        refuse_url("has a comma in its host; of several, each begins with http:// or https://");
    if (colon == std::string_view::npos) return;
    long port = 0;
    for (const char c : text.substr(colon + 1)) {
        if (c < '0' || c > '9' || port > 65'535) refuse_url("has a port that is no number from 1 to 65535");
        port = port * 10 + (c - '0');
    }
    if (port < 1 || port > 65'535) refuse_url("has a port that is no number from 1 to 65535");
}

}  // namespace detail

/// Returns the host's name or address, without brackets or port.
[[nodiscard]] inline std::string_view host_of(const cluster_url& url) {
    std::string_view rest(url.base);
    rest.remove_prefix(rest.find("://") + 3);
    rest = rest.substr(0, rest.find('/'));
    if (rest.starts_with('[')) return rest.substr(1, rest.find(']') - 1);
    return rest.substr(0, rest.find(':'));
}

/// Parses `http(s)://[user:password@]host[:port][/prefix]`. Throws errc::configuration, without quoting
/// secrets.
[[nodiscard]] inline cluster_url parse_url(std::string_view text) {
    const bool https = text.starts_with("https://");
    if (!https && !text.starts_with("http://")) detail::refuse_url("does not begin with http:// or https://");
    const std::string_view scheme = https ? "https://" : "http://";
    auto rest = text.substr(scheme.size());
    cluster_url url;
    const auto slash = rest.find('/');
    const auto authority = rest.substr(0, slash);
    const auto at = authority.rfind('@');
    if (at != std::string_view::npos) {
        const auto credentials = authority.substr(0, at);
        const auto colon = credentials.find(':');
        url.user = detail::percent_decoded(credentials.substr(0, colon));
        if (colon != std::string_view::npos)
            url.password = detail::percent_decoded(credentials.substr(colon + 1));
        rest.remove_prefix(at + 1);
    }
    // An unencoded slash in a password would otherwise turn the rest of the password into a path, which
    // messages show.
    if (rest.find('@') != std::string_view::npos)
        detail::refuse_url("has an @ behind the first / of its address");
    for (const char c : rest) {
        if (c == '?' || c == '#') detail::refuse_url("holds a query or a fragment");
        if (c >= '\0' && c <= ' ') detail::refuse_url("holds a blank or a control character");
    }
    detail::check_host(rest.substr(0, rest.find('/')));
    url.base = std::string(scheme) + std::string(rest);
    while (url.base.ends_with('/')) url.base.pop_back();
    return url;
}

/// Splits a list such as `http://a:9200,http://b:9200` into its URLs. A comma that is not followed by http://
/// or https:// is part of a URL, since a password may contain one.
[[nodiscard]] inline std::vector<std::string> split_urls(std::string_view text) {
    std::vector<std::string> out;
    std::size_t begin = 0;
    for (std::size_t at = text.find(','); at != std::string_view::npos; at = text.find(',', at + 1)) {
        auto next = text.find_first_not_of(' ', at + 1);
        if (next == std::string_view::npos) next = text.size();
        const auto rest = text.substr(next);
        if (!rest.starts_with("http://") && !rest.starts_with("https://")) continue;
        out.emplace_back(text.substr(begin, at - begin));
        begin = next;
    }
    out.emplace_back(text.substr(begin));
    return out;
}

/// Parses a list of URLs; throws like parse_url().
[[nodiscard]] inline std::vector<cluster_url> parse_urls(std::string_view text) {
    std::vector<cluster_url> out;
    for (const auto& each : split_urls(text)) out.push_back(parse_url(each));
    return out;
}

/// Returns the list as it was given, with `***` in place of each password, or `***` alone if it cannot be
/// parsed.
[[nodiscard]] inline std::string masked(const std::string& text) {
    try {
        std::string out;
        for (const auto& each : split_urls(text)) {
            if (!out.empty()) out += ',';
            if (parse_url(each).password.empty()) {
                out += each;
                continue;
            }
            // The password may contain an `@`, but the text after the credentials may not.
            const auto begin = each.find(':', each.find("://") + 3);
            out += each.substr(0, begin + 1) + "***" + each.substr(each.rfind('@'));
        }
        return out;
    } catch (const error&) {
        return "***";
    }
}

}  // namespace pgsync::elastic
