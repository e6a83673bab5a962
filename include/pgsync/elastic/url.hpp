#pragma once

#include <string>
#include <string_view>

#include <pgsync/error.hpp>

namespace pgsync::elastic {

/// A cluster's address taken apart, so that its secrets never stand in a message.
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
        if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace detail

/// Reads `http(s)://[user:password@]host[:port][/prefix]`; throws errc::configuration without quoting secrets.
[[nodiscard]] inline cluster_url parse_url(std::string_view text) {
    const bool https = text.starts_with("https://");
    if (!https && !text.starts_with("http://")) {
        throw error(errc::configuration, "the cluster's URL does not begin with http:// or https://",
                    "set ELASTICSEARCH_URL or --elasticsearch to something like http://127.0.0.1:9200");
    }
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
        if (colon != std::string_view::npos) url.password = detail::percent_decoded(credentials.substr(colon + 1));
        rest.remove_prefix(at + 1);
    }
    if (rest.empty() || rest.front() == '/' || rest.front() == ':') {
        throw error(errc::configuration, "the cluster's URL names no host",
                    "set ELASTICSEARCH_URL or --elasticsearch to something like http://127.0.0.1:9200; write "
                    "special characters of a password percent-encoded, / as %2F");
    }
    url.base = std::string(scheme) + std::string(rest);
    while (url.base.ends_with('/')) url.base.pop_back();
    return url;
}

}  // namespace pgsync::elastic
