#pragma once

#include <string>
#include <vector>

namespace pgsync::app {

/// Which documents refresh reads and writes again: exactly one of `keys`, `where`, `relation` and `all`.
struct refresh_options {
    std::string index{};              ///< by name; may be empty where the program has one
    std::vector<std::string> keys{};  ///< as `_id`
    std::string where{};              ///< SQL over the root's columns
    std::string relation{};           ///< "place.city", with `rows`
    std::vector<std::string> rows{};  ///< keys of that relation's rows, as `_id` would have them
    bool all = false;                 ///< every document
};

}  // namespace pgsync::app
