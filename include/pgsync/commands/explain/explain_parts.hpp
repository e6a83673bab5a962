#pragma once

#include <cstdint>

namespace pgsync::app {

/// What a shape is drawn for.
enum class drawing : std::uint8_t { none, mermaid, dot };

/// Which parts explain tells.
struct explain_parts {
    bool sql = true;                  ///< the queries that yield documents
    bool mapping = true;              ///< of the index
    bool routes = true;               ///< how a changed row finds its documents
    bool plans = false;               ///< how the database would run the queries
    bool analyse = false;             ///< and, having run them, how it did
    drawing picture = drawing::none;  ///< of shape and routes
};

}  // namespace pgsync::app
