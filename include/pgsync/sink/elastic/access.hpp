#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/base/this_machine.hpp>
#include <pgsync/sink/elastic/sigv4.hpp>
#include <pgsync/sink/elastic/url.hpp>

namespace pgsync::elastic {

/// How pgsync authenticates itself to a cluster, and how it verifies the cluster's identity.
struct cluster_access {
    std::string user;  ///< for basic authentication; empty: the user in the URL
    std::string password;
    std::string authorization;  ///< the Authorization header's value: "ApiKey …" or "Bearer …"
    std::optional<aws_credentials> aws;
    std::string ca_file;             ///< PEM; empty: the system's certificate authorities
    std::string client_certificate;  ///< PEM
    std::string client_key;          ///< PEM; empty: the key is in the certificate's file
    std::string client_key_password;
};

namespace detail {

inline std::string base64(std::string_view text) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j)
            group = group << 8U | (i + j < text.size() ? static_cast<unsigned char>(text[i + j]) : 0U);
        for (std::size_t j = 0; j < 4; ++j)
            out += i + j > text.size() ? '=' : digits[group >> (18U - 6U * static_cast<unsigned>(j)) & 63U];
    }
    return out;
}

/// Reads variables; `get` returns null or an empty string for one that is not set.
template <typename Get>
class access_reader {
  public:
    explicit access_reader(Get get) : get_(std::move(get)) {}

    [[nodiscard]] std::string value(const std::string& name) const {
        const char* found = get_(name.c_str());
        return found == nullptr ? std::string() : std::string(found);
    }
    /// Returns the value of NAME, or the content of the file that NAME_FILE names, without the newline that
    /// editors append. Stores the name of the variable that was set in `from` (empty: neither).
    [[nodiscard]] std::string secret(const std::string& name, std::string& from) const {
        auto direct = value(name);
        const auto path = value(name + "_FILE");
        if (!direct.empty() && !path.empty()) both(name, name + "_FILE");
        from = path.empty() ? (direct.empty() ? std::string() : name) : name + "_FILE";
        if (!path.empty()) direct = content(from, path);
        for (const char c : direct) {
            if (static_cast<unsigned char>(c) < 0x20) {
                throw error(errc::configuration, from + " holds more than one line, or a control character",
                            "it must hold the secret alone");
            }
        }
        return direct;
    }
    /// Returns the path that the variable holds, after checking that the file can be read; empty if it is not
    /// set.
    [[nodiscard]] std::string file(const std::string& name) const {
        auto path = value(name);
        if (!path.empty()) static_cast<void>(content(name, path));
        return path;
    }
    /// Returns whether the variable is set to yes; not set means no.
    [[nodiscard]] bool flag(const std::string& name) const {
        const auto text = value(name);
        for (const auto* yes : {"1", "true", "on", "yes"})
            if (text == yes) return true;
        for (const auto* no : {"", "0", "false", "off", "no"})
            if (text == no) return false;
        throw error(errc::configuration, name + " is neither yes nor no",
                    "write true, 1, on, yes, or false, 0, off, no");
    }
    [[noreturn]] static void both(const std::string& one, const std::string& other) {
        throw error(errc::configuration, one + " and " + other + " are both set, and only one can be used",
                    "unset one of them");
    }

  private:
    static std::string content(const std::string& name, const std::string& path) {
        std::ifstream in(path, std::ios::binary);
        std::string text{std::istreambuf_iterator<char>(in), {}};
        if (!in || text.empty()) {
            throw error(errc::configuration, name + " names " + path + ", which cannot be read or is empty",
                        "check the path and who may read the file");
        }
        while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
        return text;
    }

    Get get_;
};

}  // namespace detail

/// Reads from the environment how to access the cluster at `url`, whose user and password count as well.
/// Throws errc::configuration, naming variables but never their values, if settings contradict each other, if
/// a file cannot be read, or if credentials would cross a network unencrypted. `insecure_http` or
/// ELASTICSEARCH_INSECURE_HTTP allows the last.
template <typename Get>
[[nodiscard]] cluster_access read_access(const cluster_url& url, Get get, bool insecure_http = false) {
    const detail::access_reader in(std::move(get));
    cluster_access out;
    std::vector<std::string> ways;  // the settings that authenticate pgsync
    const auto note = [&](const std::string& way) {
        if (!way.empty()) ways.push_back(way);
    };
    if (!url.user.empty()) note("the user in the cluster's URL");
    std::string from;
    out.user = in.value("ELASTICSEARCH_USER");
    if (!out.user.empty()) note("ELASTICSEARCH_USER");
    out.password = in.secret("ELASTICSEARCH_PASSWORD", from);
    if (!from.empty() && out.user.empty()) {
        throw error(errc::configuration, from + " is set, but ELASTICSEARCH_USER is not",
                    "set ELASTICSEARCH_USER, too");
    }
    auto key = in.secret("ELASTICSEARCH_API_KEY", from);
    note(from);
    // The key may be given as `id:key`, or in the encoded form that the cluster prints with it.
    if (!key.empty())
        out.authorization = "ApiKey " + (key.find(':') == std::string::npos ? key : detail::base64(key));
    const auto token = in.secret("ELASTICSEARCH_BEARER_TOKEN", from);
    note(from);
    if (!token.empty()) out.authorization = "Bearer " + token;
    if (const auto service = in.value("ELASTICSEARCH_AWS_SERVICE"); !service.empty()) {
        note("ELASTICSEARCH_AWS_SERVICE");
        if (service == "aoss") {
            throw error(
                errc::configuration,
                "ELASTICSEARCH_AWS_SERVICE is \"aoss\": OpenSearch Serverless is not supported, since "
                "it has no GET /, _nodes, _cluster/health, _refresh and _tasks",
                "use an OpenSearch domain, with ELASTICSEARCH_AWS_SERVICE=es");
        }
        if (service != "es") {
            throw error(errc::configuration, "ELASTICSEARCH_AWS_SERVICE is \"" + service + "\"",
                        "it must be es");
        }
        auto region = in.value("AWS_REGION");
        if (region.empty()) region = in.value("AWS_DEFAULT_REGION");
        out.aws = aws_credentials{service, region, in.value("AWS_ACCESS_KEY_ID"),
                                  in.value("AWS_SECRET_ACCESS_KEY"), in.value("AWS_SESSION_TOKEN")};
        for (const auto& [said, name] : std::array<std::pair<std::string, const char*>, 3>{
                 {{region, "AWS_REGION"},
                  {out.aws->access_key, "AWS_ACCESS_KEY_ID"},
                  {out.aws->secret_key, "AWS_SECRET_ACCESS_KEY"}}}) {
            if (said.empty())
                throw error(errc::configuration,
                            std::string("ELASTICSEARCH_AWS_SERVICE is set, but ") + name + " is not",
                            std::string("set ") + name + ", too");
        }
    }
    if (ways.size() > 1) in.both(ways[0], ways[1]);
    const std::string host(host_of(url));
    const bool exposed = !ways.empty() && url.base.starts_with("http://") && !is_this_machine(host);
    if (!in.flag("ELASTICSEARCH_INSECURE_HTTP") && exposed && !insecure_http) {
        const auto* const what = out.aws                      ? "requests signed for AWS"
                                 : !token.empty()             ? "the bearer token"
                                 : !out.authorization.empty() ? "the API key"
                                                              : "user and password";
        throw error(
            errc::configuration,
            std::string(what) + " (" + ways[0] + ") would travel to " + host +
                " in the clear, since the cluster's URL begins with http://",
            "write https:// in ELASTICSEARCH_URL or --elasticsearch; in a network that nobody else is "
            "on, set ELASTICSEARCH_INSECURE_HTTP=1 or --insecure-http");
    }

    out.ca_file = in.file("ELASTICSEARCH_CA_FILE");
    out.client_certificate = in.file("ELASTICSEARCH_CLIENT_CERT");
    out.client_key = in.file("ELASTICSEARCH_CLIENT_KEY");
    out.client_key_password = in.secret("ELASTICSEARCH_CLIENT_KEY_PASSWORD", from);
    if (!out.client_key.empty() && out.client_certificate.empty()) {
        throw error(errc::configuration,
                    "ELASTICSEARCH_CLIENT_KEY is set, but ELASTICSEARCH_CLIENT_CERT is not",
                    "set ELASTICSEARCH_CLIENT_CERT, too");
    }
    for (const char* name : {"ELASTICSEARCH_CA_FILE", "ELASTICSEARCH_CLIENT_CERT"}) {
        if (!in.value(name).empty() && !url.base.starts_with("https://")) {
            throw error(errc::configuration,
                        std::string(name) + " is set, but the cluster's URL begins with http://, without TLS",
                        "write https:// in ELASTICSEARCH_URL or --elasticsearch");
        }
    }
    return out;
}

[[nodiscard]] inline cluster_access access_from_environment(const cluster_url& url,
                                                            bool insecure_http = false) {
    return read_access(
        url, [](const char* name) { return std::getenv(name); }, insecure_http);
}

}  // namespace pgsync::elastic
