#pragma once

#include <cstdint>

namespace pgsync::app {

/// The program that draws the diagram.
enum class drawing : std::uint8_t { none, mermaid, dot };

/// Which parts explain prints.
struct explain_parts {
    bool sql = true;                  ///< the queries that build documents
    bool mapping = true;              ///< of the index
    bool routes = true;               ///< how a changed row leads to its documents
    bool plans = false;               ///< how the database would run the queries
    bool analyse = false;             ///< run the queries too, and show how that went
    drawing picture = drawing::none;  ///< diagram of shapes and routes
    bool raw = false;                 ///< each query and mapping in one line, as it is sent
};

}  // namespace pgsync::app
