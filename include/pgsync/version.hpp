#pragma once

#include <string_view>

namespace pgsync {

/// The release of this library, as `program --version` says it. CMake's project() has the same, and a test
/// holds them and the package files together (tests/hygiene/packages.py).
inline constexpr std::string_view version_string = "0.1.0";

}  // namespace pgsync
