#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <pgsync/shape/names.hpp>

/// The names of an enum's values, which are the labels of PostgreSQL's enum.
namespace pgsync::detail {

template <auto Value>
constexpr pretty_name pretty_value() {
    return {__PRETTY_FUNCTION__};
}

/// Returns the name of a value; empty for one without a name, which compilers print as a cast: `(Rating)7`.
template <auto Value>
constexpr std::string_view value_name() {
    constexpr std::string_view name = last_identifier(pretty_value<Value>().text);
    constexpr std::string_view pretty = pretty_value<Value>().text;
    constexpr auto before = static_cast<std::size_t>(name.data() - pretty.data());
    const bool cast = before > 0 && pretty[before - 1] == ')';
    return cast || (name[0] >= '0' && name[0] <= '9') ? std::string_view() : name;
}

/// The names of the values 0 to 63.
template <typename Enum>
inline constexpr auto enum_names = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<std::string_view, sizeof...(I)>{value_name<static_cast<Enum>(I)>()...};
}(std::make_index_sequence<64>{});

template <typename Enum>
[[nodiscard]] constexpr std::string_view enum_label(Enum value) {
    const auto at = static_cast<std::size_t>(value);
    return at < enum_names<Enum>.size() ? enum_names<Enum>[at] : std::string_view();
}

template <typename Enum>
[[nodiscard]] constexpr std::optional<Enum> enum_value(std::string_view label) {
    for (std::size_t at = 0; at < enum_names<Enum>.size(); ++at) {
        if (!label.empty() && enum_names<Enum>[at] == label) return static_cast<Enum>(at);
    }
    return std::nullopt;
}

}  // namespace pgsync::detail
