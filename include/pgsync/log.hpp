#pragma once

#include <array>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <pgsync/printable.hpp>

/// The one place that knows the logging library. One line for each thing that matters, whatever the
/// arguments hold; never a secret.
///
/// Each `{}` of a format takes the next argument. Formatting is done here with what the standard library has
/// compiled already: the formatting library's templates would cost every user's program seconds of compile
/// time.
namespace pgsync::log {

/// From here on the log goes to the standard error, so that what a command prints can be piped. `level` is
/// "debug", "info", "warn" or "error".
inline void start(const std::string& level) {
    auto logger =
        std::make_shared<spdlog::logger>("pgsync", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%-5l%$ %v");
    logger->set_level(spdlog::level::from_str(level));
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

/// A number with so many decimals.
[[nodiscard]] inline std::string fixed(double value, int decimals) {
    std::array<char, 64> text{};
    const int size = std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return {text.data(), size < 0 ? 0 : static_cast<std::size_t>(size)};
}

namespace detail {

template <typename T>
[[nodiscard]] std::string to_text(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
        return value ? "true" : "false";
    } else if constexpr (std::is_arithmetic_v<T>) {
        return std::to_string(value);
    } else {
        return std::string(value);
    }
}

inline void write(spdlog::level::level_enum level, std::string_view format,
                  std::span<const std::string> arguments) {
    auto* logger = spdlog::default_logger_raw();
    if (!logger->should_log(level)) return;
    std::string line;
    std::size_t next = 0;
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (format.substr(i, 2) == "{}" && next < arguments.size()) {
            line += printable(arguments[next++]);
            ++i;
        } else {
            line += format[i];
        }
    }
    logger->log(level, spdlog::string_view_t(line.data(), line.size()));
}

template <typename... Args>
void format(spdlog::level::level_enum level, std::string_view format, const Args&... args) {
    const std::array<std::string, sizeof...(Args)> arguments{to_text(args)...};
    write(level, format, arguments);
}

}  // namespace detail

template <typename... Args>
void debug(std::string_view format, const Args&... args) {
    detail::format(spdlog::level::debug, format, args...);
}

template <typename... Args>
void info(std::string_view format, const Args&... args) {
    detail::format(spdlog::level::info, format, args...);
}

template <typename... Args>
void warn(std::string_view format, const Args&... args) {
    detail::format(spdlog::level::warn, format, args...);
}

template <typename... Args>
void error(std::string_view format, const Args&... args) {
    detail::format(spdlog::level::err, format, args...);
}

}  // namespace pgsync::log
