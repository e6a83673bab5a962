#pragma once

#include <cstdint>
#include <string>

namespace pgsync::elastic {

/// Identifies a document as the index stores it.
struct stored_id {
    std::string id;
    std::string routing{};     ///< the routing it was written with; empty: none
    std::int64_t version = 0;  ///< the version of its last write
};

}  // namespace pgsync::elastic
