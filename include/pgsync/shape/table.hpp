#pragma once

#include <string_view>
#include <type_traits>

#include <pgsync/declare/describe.hpp>
#include <pgsync/shape/names.hpp>

namespace pgsync::detail {

/// The table of a struct's rows: from its `schema` and `table` members, or its own name in snake case.
struct table_name {
    std::string_view schema;
    std::string_view table;

    friend constexpr bool operator==(const table_name&, const table_name&) = default;
};

/// Splits `schema.table`, or accepts a table name alone.
[[nodiscard]] constexpr table_name split_table_name(std::string_view full) {
    const auto dot = full.find('.');
    if (dot == std::string_view::npos) return {{}, full};
    return {full.substr(0, dot), full.substr(dot + 1)};
}

template <typename Struct>
concept names_its_table = requires { std::string_view(Struct::table); };

template <typename Struct>
concept names_its_schema = requires { std::string_view(Struct::schema); };

/// The type that names the table: describe<> if it does so, else the struct.
template <typename Struct>
using table_namer =
    std::conditional_t<names_its_table<describe<Struct>> || names_its_schema<describe<Struct>>,
                       describe<Struct>, Struct>;

template <typename Struct>
constexpr table_name make_table_name() {
    using namer = table_namer<Struct>;
    if constexpr (names_its_schema<namer>) {
        // With an explicit schema the table's name is not split, so that any identifier can be written.
        if constexpr (names_its_table<namer>) {
            return {namer::schema, namer::table};
        } else {
            return {namer::schema, snake_name<Struct>};
        }
    } else if constexpr (names_its_table<namer>) {
        return split_table_name(namer::table);
    } else {
        return {{}, snake_name<Struct>};
    }
}

template <typename Struct>
inline constexpr table_name table_of = make_table_name<Struct>();

template <typename Struct>
inline constexpr std::string_view table_identifier = table_of<Struct>.table;

}  // namespace pgsync::detail
