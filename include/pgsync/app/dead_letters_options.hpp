#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace pgsync::app {

enum class dead_letters_action { list, retry, drop };

struct dead_letters_options {
    dead_letters_action action = dead_letters_action::list;
    std::vector<std::string> indices{};  ///< by name; none: all of the program
    std::size_t limit = 20;              ///< of list, for each index
    std::vector<std::string> ids{};      ///< of the documents; of retry, none means all
    bool all = false;                    ///< of drop, which must not happen by itself
};

}  // namespace pgsync::app
