#pragma once

#include <string>
#include <vector>

namespace pgsync::app {

/// Which documents refresh reads and writes again: exactly one of `keys`, `where`, `relation` and `all`.
struct refresh_options {
    std::string index{};              ///< by name; may be empty if the program has only one
    std::vector<std::string> keys{};  ///< in the form of `_id`
    std::string where{};              ///< SQL over the root's columns
    std::string relation{};           ///< "place.city", with `rows`
    std::vector<std::string> rows{};  ///< keys of that relation's rows, in the form of `_id`
    bool all = false;                 ///< every document
};

}  // namespace pgsync::app
