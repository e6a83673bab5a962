#pragma once

#include <string_view>

#include <curl/curl.h>

namespace pgsync::elastic::detail {

/// Returns what to do about a connection that failed because of TLS; empty if TLS was not the reason.
/// `message` is libcurl's.
[[nodiscard]] inline std::string_view tls_remedy(CURLcode code, std::string_view message) {
    const auto says = [&](std::string_view what) { return message.find(what) != std::string_view::npos; };
    if (code == CURLE_PEER_FAILED_VERIFICATION) {
        if (says("expired") || says("not yet valid"))
            return "have the cluster's certificate renewed, or check this machine's clock";
        if (says("match"))
            return "name the cluster in ELASTICSEARCH_URL by a name that its certificate holds";
        return "name the PEM file of the authority that signed the cluster's certificate in "
               "ELASTICSEARCH_CA_FILE";
    }
    if (code == CURLE_SSL_CACERT_BADFILE)
        return "ELASTICSEARCH_CA_FILE must name a PEM file with the certificates of the authorities to trust";
    if (code == CURLE_SSL_CERTPROBLEM)
        return "ELASTICSEARCH_CLIENT_CERT and ELASTICSEARCH_CLIENT_KEY must name PEM files that belong "
               "together; "
               "ELASTICSEARCH_CLIENT_KEY_PASSWORD opens an encrypted key";
    if (says("alert"))
        return "the cluster wants another client certificate, or one at all: see ELASTICSEARCH_CLIENT_CERT "
               "and "
               "ELASTICSEARCH_CLIENT_KEY";
    if (code == CURLE_SSL_CONNECT_ERROR && says("wrong version number"))
        return "there is no TLS at that port: write http:// in ELASTICSEARCH_URL, or name another port";
    return {};
}

}  // namespace pgsync::elastic::detail
