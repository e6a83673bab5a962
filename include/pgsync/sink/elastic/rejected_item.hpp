#pragma once

#include <cstdint>
#include <string>

namespace pgsync::elastic {

/// A document that is not in the index for good: the cluster refuses it, or it could not be made.
struct rejected_item {
    std::string target;
    std::string id;
    std::uint64_t version = 0;
    long status = 0;  ///< HTTP; 0: it never came to the cluster
    std::string type;
    std::string reason;
    std::string document;  ///< JSON; empty for a delete, and where there is none
};

}  // namespace pgsync::elastic
