#pragma once

#include <span>
#include <string_view>
#include <type_traits>

#include <pgsync/declare/index.hpp>
#include <pgsync/mapping/properties.hpp>
#include <pgsync/routing/routes.hpp>
#include <pgsync/shape/walk.hpp>
#include <pgsync/sql/select.hpp>

namespace pgsync {

/// Everything the compiler made of one index, as views of static storage: all that the run-time half needs,
/// so that none of it is a template over user types.
struct compiled_index {
    std::string_view name;  ///< of the alias
    shape_view shape;
    std::span<const route_data> routes;
    std::string_view page_query;          ///< see detail::sql::write_page_query
    std::string_view keys_query;          ///< see detail::sql::write_keys_query
    std::string_view first_bounds_query;  ///< see detail::sql::write_bounds_query
    std::string_view next_bounds_query;
    std::string_view properties;  ///< of the mapping, JSON
};

namespace detail {

template <typename Index>
concept declares_index =
    requires { typename Index::root; } && std::is_base_of_v<index<typename Index::root>, Index>;

template <typename Index>
constexpr std::string_view make_index_name() {
    if constexpr (requires { std::string_view(Index::name); }) {
        return Index::name;
    } else {
        return type_name<Index>;
    }
}

template <typename Root>
struct page_query_writer {
    static constexpr void write(text& out) { sql::write_page_query(out, shape_of<Root>); }
};
template <typename Root>
struct keys_query_writer {
    static constexpr void write(text& out) { sql::write_keys_query(out, shape_of<Root>); }
};
template <typename Root, bool After>
struct bounds_query_writer {
    static constexpr void write(text& out) { sql::write_bounds_query(out, shape_of<Root>, After); }
};
template <typename Root>
struct properties_writer {
    static constexpr void write(text& out) { mapping::write_properties(out, shape_of<Root>); }
};

template <typename Index>
constexpr compiled_index compile() {
    (void)check::index_is_declared<Index, declares_index<Index>>{};
    if constexpr (declares_index<Index>) {
        using root = typename Index::root;
        (void)check::index_name_is_valid<Index, check::fits_index_name(make_index_name<Index>())>{};
        return {make_index_name<Index>(),
                shape_of<root>,
                routes_of<root>,
                text_of<page_query_writer<root>>,
                text_of<keys_query_writer<root>>,
                text_of<bounds_query_writer<root, false>>,
                text_of<bounds_query_writer<root, true>>,
                text_of<properties_writer<root>>};
    } else {
        return {};
    }
}

}  // namespace detail

/// What the compiler made of `Index`: `compiled<reservations>.keys_query`.
template <typename Index>
inline constexpr compiled_index compiled = detail::compile<Index>();

}  // namespace pgsync
