#pragma once

#include <cstdint>
#include <string>

#include <pgsync/postgres/lsn.hpp>

namespace pgsync::postgres {

/// Who a server is, where its WAL ends (what IDENTIFY_SYSTEM tells), and which of its databases is meant.
struct system_identity {
    std::string system;          ///< the cluster's unique number; another one means another cluster
    std::uint32_t timeline = 0;  ///< greater after each promotion of a standby
    lsn flushed;
    std::uint32_t database = 0;  ///< oid of the database that is connected to; 0: not asked
    std::string database_name{};
};

}  // namespace pgsync::postgres
