#pragma once

#include <string>

namespace pgsync::elastic {

/// How the index knows a document.
struct stored_id {
    std::string id;
    std::string routing{};  ///< what it was written with, if anything
};

}  // namespace pgsync::elastic
