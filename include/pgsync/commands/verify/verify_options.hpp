#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace pgsync::app {

/// What verify is to look at, and what to do about what it finds.
struct verify_options {
    std::vector<std::string> indices{};  ///< by name; none: all of the program
    bool repair = false;                 ///< write what differs
    std::size_t show = 10;               ///< how many differences of each index are told one by one
    std::string sample{};                ///< "5%", or "1000" documents, about; empty: everything
    /// How long a sync that has not come past a difference may stand still before that is told as one.
    std::chrono::seconds patience{60};
};

}  // namespace pgsync::app
