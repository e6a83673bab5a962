#pragma once

#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <libpq-fe.h>

#include <pgsync/base/this_machine.hpp>
#include <pgsync/postgres/conninfo.hpp>

namespace pgsync::postgres::detail {

/// Returns the parameters that libpq would use: `given` together with its variables, the service file and its
/// own defaults. Does not connect: the last parameter that libpq checks before connecting is set to a value
/// it rejects.
[[nodiscard]] inline connection_parameters as_libpq_reads(connection_parameters given) {
    set_parameter(given, "target_session_attrs", "none");
    std::vector<const char*> keywords;
    std::vector<const char*> values;
    for (const auto& [keyword, value] : given) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    const std::unique_ptr<PGconn, decltype(&PQfinish)> refused(
        PQconnectStartParams(keywords.data(), values.data(), 1), &PQfinish);
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfo(refused.get()),
                                                                               &PQconninfoFree);
    connection_parameters out;
    for (const auto* each = options.get(); each != nullptr && each->keyword != nullptr; ++each)
        if (each->val != nullptr) out.emplace_back(each->keyword, each->val);
    return out;
}

[[nodiscard]] inline bool all_this_machine(std::string_view hosts) {
    while (true) {
        const auto comma = hosts.find(',');
        const auto host = hosts.substr(0, comma);
        const bool folder = host.empty() || host.front() == '/' || host.front() == '@';  // a socket
        if (!folder && !is_this_machine(host)) return false;
        if (comma == std::string_view::npos) return true;
        hosts.remove_prefix(comma + 1);
    }
}

/// Returns `given` with sslmode=verify-full if a server is on another machine and the user has set no sslmode
/// (neither `sslmode` nor PGSSLMODE nor a service file). libpq's default, `prefer`, verifies nothing: anyone
/// in between can read the password and everything else. `prefer` in a service file cannot be distinguished
/// from libpq's default.
[[nodiscard]] inline connection_parameters verified(connection_parameters given) {
    const auto said = [](const char* variable) {
        const char* value = std::getenv(variable);
        return value != nullptr && *value != '\0';
    };
    if (find_parameter(given, "sslmode") != nullptr || said("PGSSLMODE")) return given;
    const auto read = as_libpq_reads(given);
    const auto value = [&](const char* keyword) {
        const auto* found = find_parameter(read, keyword);
        return found == nullptr ? std::string() : *found;
    };
    if (value("sslmode") != "prefer") return given;
    // If there is an address, the host name only says which certificate to expect.
    const auto addresses = value("hostaddr");
    if (all_this_machine(addresses.empty() ? value("host") : addresses)) return given;
    set_parameter(given, "sslmode", "verify-full");
    // Since version 16 libpq can use the system's trusted authorities; a root.crt of the user's takes
    // precedence.
    const char* home = std::getenv("HOME");
    std::error_code ignored;
    const bool own = home != nullptr &&
                     std::filesystem::exists(std::filesystem::path(home) / ".postgresql/root.crt", ignored);
    if (PQlibVersion() >= 160000 && !own && value("sslrootcert").empty())
        set_parameter(given, "sslrootcert", "system");
    return given;
}

/// Returns what to do about a connection that failed because of its encryption, judging by libpq's or the
/// server's message; empty if the message is about something else.
[[nodiscard]] inline std::string encryption_remedy(std::string_view why) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 11> known{{
        {"does not support SSL",
         "a server on another machine has to prove who it is: set ssl = on there and PGSSLROOTCERT to the "
         "certificate of its authority, or where the network between is trusted set PGSSLMODE=disable"},
        {"root certificate file",
         "set PGSSLROOTCERT to the certificate of the authority that signed the server's, or put it into "
         "~/.postgresql/root.crt; where the network between is trusted PGSSLMODE=require does without"},
        {"does not match host name",
         "connect by a name that is in the server's certificate (with PGHOSTADDR for its address), or have "
         "one made for this name"},
        {"certificate verify failed",
         "check that PGSSLROOTCERT holds the authority that signed the server's certificate, and that this "
         "has not expired"},
        {"requires a valid client certificate",
         "set PGSSLCERT and PGSSLKEY to a client certificate and its key"},
        {"certificate authentication failed",
         "the client certificate (PGSSLCERT) must be made out to the user: its common name is compared with "
         "PGUSER"},
        {"unknown ca",
         "the server does not know the authority of the client certificate: check PGSSLCERT, and the "
         "server's ssl_ca_file"},
        {"certificate expired", "have a new client certificate made, see PGSSLCERT"},
        {"private key file", "check PGSSLKEY; the file must be readable by its owner alone: chmod 600"},
        {"certificate", "check PGSSLMODE, PGSSLROOTCERT, PGSSLCERT and PGSSLKEY"},
        {"SSL", "check PGSSLMODE"},
    }};
    for (const auto& [words, remedy] : known)
        if (why.find(words) != std::string_view::npos) return std::string(remedy);
    return {};
}

}  // namespace pgsync::postgres::detail
