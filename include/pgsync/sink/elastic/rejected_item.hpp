#pragma once

#include <cstdint>
#include <string>

namespace pgsync::elastic {

/// A document that will never reach the index as it is: the cluster refuses it, or it could not be built.
struct rejected_item {
    std::string target;
    std::string id;
    std::uint64_t version = 0;
    long status = 0;  ///< HTTP status; 0: it was never sent to the cluster
    std::string type;
    std::string reason;
    std::string document;  ///< JSON; empty for a delete, and if there is none
};

}  // namespace pgsync::elastic
