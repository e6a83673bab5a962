#pragma once

#include <string>

namespace pgsync::app {

/// What a command tells when it is done.
struct report {
    bool in_order = true;     ///< what was looked at is as it should be; otherwise the exit status is 3
    std::string text{};       ///< for people: lines, or nothing
    std::string json = "{}";  ///< for machines: one object
};

}  // namespace pgsync::app
