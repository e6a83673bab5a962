#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <pgsync/base/log.hpp>

/// Formats sizes and times for people.
namespace pgsync::app {

/// Formats a size as `512 bytes`, `1.5 kB` or `16 MB`, in steps of 1,024 as PostgreSQL does.
[[nodiscard]] inline std::string bytes_text(std::uint64_t bytes) {
    if (bytes == 1) return "1 byte";
    if (bytes < 1024) return std::to_string(bytes) + " bytes";
    constexpr std::array<std::string_view, 5> units{"kB", "MB", "GB", "TB", "PB"};
    auto value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    // A value that would be printed as 1024 becomes 1 of the next unit.
    for (; value >= 1023.5 && unit + 1 < units.size(); ++unit) value /= 1024;
    return log::fixed(value, value < 9.95 ? 1 : 0) + " " + std::string(units[unit]);
}

/// Formats a time as `0.02 s`, `45 s`, `12 min`, `3.5 h` or `4 days`.
[[nodiscard]] inline std::string seconds_text(double seconds) {
    if (seconds < 0) seconds = 0;
    if (seconds < 9.95) return log::fixed(seconds, seconds < 0.995 && seconds > 0 ? 2 : 1) + " s";
    if (seconds < 119.5) return log::fixed(seconds, 0) + " s";
    if (seconds < 119.5 * 60) return log::fixed(seconds / 60, 0) + " min";
    if (seconds < 47.95 * 3600) return log::fixed(seconds / 3600, 1) + " h";
    return log::fixed(seconds / 86'400, 0) + " days";
}

/// Formats a number and its noun: `1 document`, `3 documents`.
[[nodiscard]] inline std::string counted(std::uint64_t number, std::string_view noun) {
    return std::to_string(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

}  // namespace pgsync::app
