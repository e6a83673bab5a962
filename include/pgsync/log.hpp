#pragma once

#include <utility>

#include <spdlog/spdlog.h>

/// The one place that knows the logging library. One line for each thing that matters; never a secret.
namespace pgsync::log {

template <typename... Args>
void debug(spdlog::format_string_t<Args...> format, Args&&... args) {
    spdlog::debug(format, std::forward<Args>(args)...);
}

template <typename... Args>
void info(spdlog::format_string_t<Args...> format, Args&&... args) {
    spdlog::info(format, std::forward<Args>(args)...);
}

template <typename... Args>
void warn(spdlog::format_string_t<Args...> format, Args&&... args) {
    spdlog::warn(format, std::forward<Args>(args)...);
}

template <typename... Args>
void error(spdlog::format_string_t<Args...> format, Args&&... args) {
    spdlog::error(format, std::forward<Args>(args)...);
}

}  // namespace pgsync::log
