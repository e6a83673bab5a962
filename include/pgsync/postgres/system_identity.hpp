#pragma once

#include <cstdint>
#include <string>

#include <pgsync/postgres/lsn.hpp>

namespace pgsync::postgres {

/// Who a server is and where its log stands: what IDENTIFY_SYSTEM tells.
struct system_identity {
    std::string system;          ///< the cluster's unique number; another one means another cluster
    std::uint32_t timeline = 0;  ///< greater after each promotion of a standby
    lsn flushed;
};

}  // namespace pgsync::postgres
