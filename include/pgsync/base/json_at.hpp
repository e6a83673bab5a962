#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <boost/json/value.hpp>

/// Reads members of JSON answers whose structure is not guaranteed.
namespace pgsync::app {

/// Returns the value below these keys, each nested in the one before, or nullptr if any of them is missing.
[[nodiscard]] inline const boost::json::value* value_at(const boost::json::value& in) { return &in; }
template <typename... Keys>
[[nodiscard]] const boost::json::value* value_at(const boost::json::value& in, std::string_view key,
                                                 const Keys&... below) {
    const auto* found = in.is_object() ? in.get_object().if_contains(key) : nullptr;
    return found == nullptr ? nullptr : value_at(*found, std::string_view(below)...);
}

/// Returns a string's text, or a number or a boolean as text; empty for anything else and for nullptr.
[[nodiscard]] inline std::string text_of_json(const boost::json::value* found) {
    if (found == nullptr) return {};
    if (found->is_string()) return std::string(found->get_string());
    if (found->is_bool()) return found->get_bool() ? "true" : "false";
    if (found->is_int64()) return std::to_string(found->get_int64());
    if (found->is_uint64()) return std::to_string(found->get_uint64());
    if (found->is_double()) return std::to_string(found->get_double());
    return {};
}
template <typename Json, typename... Keys>
[[nodiscard]] std::string text_at(const Json& in, std::string_view key, const Keys&... below) {
    const boost::json::value* found = nullptr;
    if constexpr (std::is_same_v<Json, boost::json::object>) {
        found = in.if_contains(key);
    } else {
        found = value_at(in, key);
    }
    return found == nullptr ? std::string() : text_of_json(value_at(*found, std::string_view(below)...));
}

/// Returns the non-negative number at `keys` as a whole number, or nullopt if there is none.
template <typename... Keys>
[[nodiscard]] std::optional<std::uint64_t> number_at(const boost::json::value& in, const Keys&... keys) {
    const auto* found = value_at(in, std::string_view(keys)...);
    if (found == nullptr) return std::nullopt;
    if (found->is_uint64()) return found->get_uint64();
    if (found->is_int64() && found->get_int64() >= 0) return static_cast<std::uint64_t>(found->get_int64());
    constexpr double above_all = 18'446'744'073'709'551'616.0;
    if (found->is_double() && found->get_double() >= 0 && found->get_double() < above_all)
        return static_cast<std::uint64_t>(found->get_double());
    return std::nullopt;
}

}  // namespace pgsync::app
