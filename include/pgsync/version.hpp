#pragma once

#include <string_view>

namespace pgsync {

/// The version of this library, as printed by `program --version`. It equals the version in CMake's project()
/// and in the package files; tests/hygiene/packages.py checks that.
inline constexpr std::string_view version_string = "0.1.0";

}  // namespace pgsync
