#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace pgsync::app {

/// What to do with letters: list them, retry their documents, or remove them.
enum class dead_letters_action { list, retry, drop };

/// Which dead letters to handle, and how.
struct dead_letters_options {
    dead_letters_action action = dead_letters_action::list;  ///< what to do with them
    std::vector<std::string> indices{};                      ///< by name; empty: all of the program
    std::size_t limit = 20;                                  ///< for list: how many letters of each index
    std::vector<std::string> ids{};                          ///< document ids; for retry, empty means all
    bool all = false;  ///< for drop: remove all letters; must be asked for
};

}  // namespace pgsync::app
