#pragma once

#include <string>

#include "../../catch.hpp"

/// Matches a text that has `part` somewhere in it, in Catch2 2 and 3.
inline auto contains(const std::string& part) {
#if __has_include(<catch2/catch_all.hpp>)
    return Catch::Matchers::ContainsSubstring(part);
#else
    return Catch::Matchers::Contains(part);
#endif
}
