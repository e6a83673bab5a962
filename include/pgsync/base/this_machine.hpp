#pragma once

#include <arpa/inet.h>
#include <string>
#include <string_view>

namespace pgsync {

/// Returns true if `host`, without brackets, is `localhost` or a loopback address.
[[nodiscard]] inline bool is_this_machine(std::string_view host) {
    if (host == "localhost" || host == "::1") return true;
    in_addr address{};
    return host.starts_with("127.") && ::inet_pton(AF_INET, std::string(host).c_str(), &address) == 1;
}

}  // namespace pgsync
