#pragma once

#include <string>
#include <utility>

#include <pgsync/base/error.hpp>

namespace pgsync::app {

/// Parses `9750`, `127.0.0.1:9750`, `[::1]:9750` or `metrics.internal:9750` into host and port; the host is
/// 127.0.0.1 by default. Throws errc::configuration if the address is invalid.
[[nodiscard]] inline std::pair<std::string, std::string> parse_listen_address(const std::string& text) {
    const auto colon = text.rfind(':');
    auto host = colon == std::string::npos ? std::string("127.0.0.1") : text.substr(0, colon);
    const auto port = colon == std::string::npos ? text : text.substr(colon + 1);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    const bool number = !port.empty() && port.size() <= 5 &&
                        port.find_first_not_of("0123456789") == std::string::npos &&
                        std::stoul(port) <= 65'535;
    if (host.empty() || !number) {
        throw error(errc::configuration, "--metrics \"" + text + "\" names no address to listen at",
                    "write a port, such as 9750, which this machine alone can reach, or HOST:PORT: "
                    "0.0.0.0:9750 for every network, [::1]:9750");
    }
    return {host, port};
}

}  // namespace pgsync::app
