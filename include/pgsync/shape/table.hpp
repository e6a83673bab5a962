#pragma once

#include <string_view>

#include <pgsync/shape/names.hpp>

namespace pgsync::detail {

/// Where a struct's rows live: its `schema` and `table` members, or its own name in snake case.
struct table_name {
    std::string_view schema;
    std::string_view table;
};

template <typename Struct>
concept names_its_table = requires { std::string_view(Struct::table); };

template <typename Struct>
concept names_its_schema = requires { std::string_view(Struct::schema); };

template <typename Struct>
constexpr table_name make_table_name() {
    if constexpr (names_its_schema<Struct>) {
        // With an explicit schema nothing is split, so that any identifier can be written.
        if constexpr (names_its_table<Struct>) {
            return {Struct::schema, Struct::table};
        } else {
            return {Struct::schema, snake_name<Struct>};
        }
    } else if constexpr (names_its_table<Struct>) {
        constexpr std::string_view full = Struct::table;
        constexpr auto dot = full.find('.');
        if constexpr (dot == std::string_view::npos) {
            return {{}, full};
        } else {
            return {full.substr(0, dot), full.substr(dot + 1)};
        }
    } else {
        return {{}, snake_name<Struct>};
    }
}

template <typename Struct>
inline constexpr table_name table_of = make_table_name<Struct>();

template <typename Struct>
inline constexpr std::string_view table_identifier = table_of<Struct>.table;

}  // namespace pgsync::detail
