#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace pgsync::app {

/// What verify compares, and what it does about differences.
struct verify_options {
    std::vector<std::string> indices{};  ///< by name; empty: all of the program
    bool repair = false;                 ///< write what differs
    std::size_t show = 10;               ///< how many differences of each index are listed
    std::string sample{};                ///< "5%", or about "1000" documents; empty: everything
    /// How long a lagging sync may make no progress before missing documents are reported as differences.
    std::chrono::seconds patience{60};
};

}  // namespace pgsync::app
