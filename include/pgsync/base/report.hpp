#pragma once

#include <string>

namespace pgsync::app {

/// The outcome of a command.
struct report {
    bool in_order = true;     ///< nothing was found wrong; if false, the exit status is 3
    std::string text{};       ///< for people: lines, or empty
    std::string json = "{}";  ///< for programs: one object
};

}  // namespace pgsync::app
