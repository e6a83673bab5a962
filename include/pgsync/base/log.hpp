#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <pgsync/base/json_string.hpp>
#include <pgsync/base/printable.hpp>

/// The only header that uses the logging library. Each event is one line, whatever its arguments contain, and
/// never contains a secret.
///
/// Each `{}` of a format takes the next argument. Formatting uses what the standard library has already
/// compiled: the formatting library's templates would cost every user's program seconds of compile time.
namespace pgsync::log {

/// `text`: a line for people. `json`: one object per line, with `time` (RFC 3339, UTC), `level`, `message`,
/// and `index` or `slot` where the line is about one.
enum class form : std::uint8_t { text, json };

/// An index or a slot among a line's arguments: formatted like any other text, and in JSON also a member of
/// its own.
struct named {
    std::string_view key;
    std::string_view text;
};
[[nodiscard]] inline named index(std::string_view alias) { return {"index", alias}; }
[[nodiscard]] inline named slot(std::string_view name) { return {"slot", name}; }

namespace detail {

inline std::atomic<form>& current_form() {
    static std::atomic<form> current{form::text};
    return current;
}

}  // namespace detail

/// Returns true if lines are for people, so that a progress bar may be drawn between them.
[[nodiscard]] inline bool is_text() { return detail::current_form() == form::text; }

/// Starts logging to standard error, so that a command's output can be piped. `level` is "debug", "info",
/// "warn" or "error".
inline void start(const std::string& level, form as = form::text) {
    auto logger =
        std::make_shared<spdlog::logger>("pgsync", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    logger->set_pattern(as == form::json ? "%v" : "%Y-%m-%d %H:%M:%S.%e %^%-5l%$ %v");
    detail::current_form() = as;
    logger->set_level(spdlog::level::from_str(level));
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

/// Formats a time as `2026-05-01T12:00:00.123Z`.
[[nodiscard]] inline std::string rfc3339(std::chrono::system_clock::time_point at) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
    const auto whole = std::chrono::system_clock::to_time_t(seconds);
    const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(at - seconds).count();
    std::tm parts{};
    ::gmtime_r(&whole, &parts);
    std::array<char, 32> text{};
    const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    return std::string(text.data(), length) + "." + std::to_string(1'000 + rest).substr(1) + "Z";
}

/// Formats a number with the given number of decimals.
[[nodiscard]] inline std::string fixed(double value, int decimals) {
    // Independent of the program's locale.
    std::array<char, 512> text{};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, decimals);
    return {text.data(), end.ptr};
}

namespace detail {

template <typename T>
[[nodiscard]] std::string to_text(const T& value) {
    if constexpr (std::is_same_v<T, named>) {
        return std::string(value.text);
    } else if constexpr (std::is_same_v<T, bool>) {
        return value ? "true" : "false";
    } else if constexpr (std::is_arithmetic_v<T>) {
        return std::to_string(value);
    } else {
        return std::string(value);
    }
}

template <typename T>
[[nodiscard]] std::string_view key_of(const T& value) {
    if constexpr (std::is_same_v<T, named>) {
        return value.key;
    } else {
        return {};
    }
}

/// Returns one line of JSON. `arguments` with a non-empty key in `keys` become members.
[[nodiscard]] inline std::string as_json(std::string_view level, std::string_view message,
                                         std::span<const std::string_view> keys,
                                         std::span<const std::string> arguments,
                                         std::chrono::system_clock::time_point at) {
    std::string out = "{\"time\":\"" + rfc3339(at) + "\",\"level\":\"";
    out.append(level).append("\",\"message\":");
    append_json_string(out, message);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        // A JSON object must not repeat a name.
        if (keys[i].empty() || std::find(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(i),
                                         keys[i]) != keys.begin() + static_cast<std::ptrdiff_t>(i))
            continue;
        out += ',';
        append_json_string(out, keys[i]);
        out += ':';
        append_json_string(out, printable(arguments[i]));
    }
    return out + "}";
}

inline void write(spdlog::level::level_enum level, std::string_view format,
                  std::span<const std::string_view> keys, std::span<const std::string> arguments) {
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
    if (current_form() == form::json) {
        const std::string_view name = level == spdlog::level::debug  ? "debug"
                                      : level == spdlog::level::info ? "info"
                                      : level == spdlog::level::warn ? "warn"
                                                                     : "error";
        line = as_json(name, line, keys, arguments, std::chrono::system_clock::now());
    }
    logger->log(level, spdlog::string_view_t(line.data(), line.size()));
}

template <typename... Args>
void format(spdlog::level::level_enum level, std::string_view format, const Args&... args) {
    const std::array<std::string, sizeof...(Args)> arguments{to_text(args)...};
    const std::array<std::string_view, sizeof...(Args)> keys{key_of(args)...};
    write(level, format, keys, arguments);
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
