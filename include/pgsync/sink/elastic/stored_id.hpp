#pragma once

#include <cstdint>
#include <string>

namespace pgsync::elastic {

/// How the index knows a document.
struct stored_id {
    std::string id;
    std::string routing{};     ///< what it was written with, if anything
    std::int64_t version = 0;  ///< of its last write
};

}  // namespace pgsync::elastic
