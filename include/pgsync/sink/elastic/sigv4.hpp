#pragma once

#include <algorithm>
#include <array>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/sink/elastic/sha256.hpp>
#include <pgsync/sink/elastic/url.hpp>

namespace pgsync::elastic {

/// The credentials that sign requests to Amazon OpenSearch Service, and the service and region they are for.
struct aws_credentials {
    std::string service;  ///< "es"
    std::string region;   ///< "eu-west-1"
    std::string access_key;
    std::string secret_key;
    std::string session_token{};  ///< for temporary credentials; otherwise empty
};

/// The parts of a request that are signed.
struct signed_request {
    std::string_view method;
    std::string_view host;          ///< as in the Host header
    std::string_view path;          ///< percent-encoded as sent, without the query
    std::string_view query;         ///< as sent, without the question mark
    std::string_view content_type;  ///< empty: none is sent
    std::string_view body;
};

namespace detail {

/// Percent-encodes everything except the characters that RFC 3986 calls unreserved, and those in `keep`.
inline std::string aws_encoded(std::string_view text, std::string_view keep = {}) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '-' || c == '_' || c == '.' || c == '~' ||
                           keep.find(c) != std::string_view::npos;
        if (plain) {
            out += c;
        } else {
            out += '%';
            out += "0123456789ABCDEF"[static_cast<unsigned char>(c) >> 4U];
            out += "0123456789ABCDEF"[static_cast<unsigned char>(c) & 15U];
        }
    }
    return out;
}

inline std::string aws_query(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> pairs;
    while (!query.empty()) {
        const auto each = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), each.size() + 1));
        const auto equals = each.find('=');
        pairs.emplace_back(aws_encoded(percent_decoded(each.substr(0, equals))),
                           equals == std::string_view::npos
                               ? std::string()
                               : aws_encoded(percent_decoded(each.substr(equals + 1))));
    }
    std::sort(pairs.begin(), pairs.end());
    std::string out;
    for (const auto& [name, value] : pairs) {
        if (!out.empty()) out += '&';
        out += name;
        out += '=';
        out += value;
    }
    return out;
}

}  // namespace detail

/// Returns the header lines that sign a request with Amazon's Signature Version 4, Authorization first.
/// libcurl can sign as well, but up to 8.5 it uses the query without normalising it and signs headers that it
/// does not send.
[[nodiscard]] inline std::vector<std::string> sign(const aws_credentials& by, const signed_request& what,
                                                   std::time_t now) {
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    const std::string time(text.data(), std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts));
    const auto day = time.substr(0, 8);
    const auto body = hex_of(sha256(what.body));

    std::string headers;
    std::string names;
    const auto add = [&](std::string_view name, std::string_view value) {
        if (value.empty()) return;
        headers.append(name).append(":").append(value).append("\n");
        names.append(names.empty() ? "" : ";").append(name);
    };
    add("content-type", what.content_type);
    add("host", what.host);
    add("x-amz-content-sha256", body);
    add("x-amz-date", time);
    add("x-amz-security-token", by.session_token);

    const auto request = std::string(what.method) + "\n" + detail::aws_encoded(what.path, "/") + "\n" +
                         detail::aws_query(what.query) + "\n" + headers + "\n" + names + "\n" + body;
    const auto scope = day + "/" + by.region + "/" + by.service + "/aws4_request";
    auto key = hmac_sha256("AWS4" + by.secret_key, day);
    for (const std::string_view step :
         {std::string_view(by.region), std::string_view(by.service), std::string_view("aws4_request")})
        key = hmac_sha256(bytes_of(key), step);
    const auto signature = hmac_sha256(
        bytes_of(key), "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + hex_of(sha256(request)));

    std::vector<std::string> lines{
        "Authorization: AWS4-HMAC-SHA256 Credential=" + by.access_key + "/" + scope +
            ", SignedHeaders=" + names + ", Signature=" + hex_of(signature),
        "Host: " + std::string(what.host), "X-Amz-Content-Sha256: " + body, "X-Amz-Date: " + time};
    if (!by.session_token.empty()) lines.push_back("X-Amz-Security-Token: " + by.session_token);
    return lines;
}

}  // namespace pgsync::elastic
