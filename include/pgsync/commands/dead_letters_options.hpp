#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace pgsync::app {

/// What to do with letters: tell them, try their documents again, or remove them.
enum class dead_letters_action { list, retry, drop };

/// Which dead letters are meant, and what is done.
struct dead_letters_options {
    dead_letters_action action = dead_letters_action::list;  ///< what is done
    std::vector<std::string> indices{};                      ///< by name; none: all of the program
    std::size_t limit = 20;                                  ///< of list, for each index
    std::vector<std::string> ids{};                          ///< of the documents; of retry, none means all
    bool all = false;                                        ///< of drop, which must not happen by itself
};

}  // namespace pgsync::app
