#pragma once

#include <cstdint>
#include <string>

#include <pgsync/postgres/lsn.hpp>

namespace pgsync::postgres {

/// Identifies a server and one of its databases, with the end of its WAL, as IDENTIFY_SYSTEM reports it.
struct system_identity {
    std::string system;          ///< the PostgreSQL cluster's unique number
    std::uint32_t timeline = 0;  ///< increases with each promotion of a standby
    lsn flushed;
    std::uint32_t database = 0;  ///< oid of the connected database; 0: unknown
    std::string database_name{};
};

}  // namespace pgsync::postgres
