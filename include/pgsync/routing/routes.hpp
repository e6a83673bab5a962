#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <pgsync/routing/route.hpp>
#include <pgsync/shape/node.hpp>
#include <pgsync/shape/text.hpp>
#include <pgsync/shape/walk.hpp>
#include <pgsync/sql/owners.hpp>

/// The routing table of a shape: one route for each node that has rows of its own.
namespace pgsync::detail {

constexpr bool is_direct(const shape_view& shape, std::size_t node) {
    return node == 0 || (shape.nodes[node].parent == 0 && links_to_key(shape, shape.nodes[node]));
}

constexpr bool has_route(const node_data& node) { return node.kind != relation::embed; }

constexpr std::size_t route_width(const shape_view& shape, std::size_t node) {
    return node == 0 ? shape.key_size(shape.root()) : shape.nodes[node].links;
}

constexpr std::size_t count_routes(const shape_view& shape) {
    std::size_t routes = 0;
    for (const auto& node : shape.nodes) routes += has_route(node) ? 1U : 0U;
    return routes;
}

/// Returns the node of a route, which is counted from 0.
constexpr std::size_t route_node(const shape_view& shape, std::size_t route) {
    std::size_t node = 0;
    while (!has_route(shape.nodes[node]) || route-- != 0) ++node;
    return node;
}

template <typename Root, typename... Sources>
constexpr auto make_route_columns() {
    constexpr std::size_t total = [] {
        std::size_t sum = 0;
        for (std::size_t node = 0; node < shape_of<Root, Sources...>.nodes.size(); ++node) {
            if (has_route(shape_of<Root, Sources...>.nodes[node]))
                sum += route_width(shape_of<Root, Sources...>, node);
        }
        return sum;
    }();
    const auto& shape = shape_of<Root, Sources...>;
    std::array<std::string_view, total> columns{};
    std::size_t at = 0;
    for (std::size_t node = 0; node < shape.nodes.size(); ++node) {
        if (!has_route(shape.nodes[node])) continue;
        for (std::size_t i = 0; i < route_width(shape, node); ++i) {
            if (node == 0) {
                columns[at++] = shape.key_of(shape.root(), i).name;
            } else if (is_direct(shape, node)) {
                columns[at++] = link_for_key_part(shape, shape.nodes[node], i);
            } else {
                columns[at++] = shape.links_of(shape.nodes[node])[i].child;
            }
        }
    }
    return columns;
}

template <typename Root, typename... Sources>
inline constexpr auto route_columns = make_route_columns<Root, Sources...>();

template <std::size_t Node, typename Root, typename... Sources>
struct owners_writer {
    static constexpr void write(text& out) {
        const auto& shape = shape_of<Root, Sources...>;
        if (Node != 0 && shape.nodes[Node].links != 0) sql::write_owners_query(out, shape, Node);
    }
};

template <typename Root, typename... Sources, std::size_t... Route>
constexpr auto make_routes(std::index_sequence<Route...>) {
    constexpr std::string_view queries[] = {
        text_of<owners_writer<route_node(shape_of<Root, Sources...>, Route), Root, Sources...>>...};
    const auto& shape = shape_of<Root, Sources...>;
    std::array<route_data, sizeof...(Route)> routes{};
    std::size_t at = 0;
    for (std::size_t route = 0; route < sizeof...(Route); ++route) {
        const auto node = route_node(shape, route);
        const auto width = route_width(shape, node);
        routes[route] = {
            static_cast<std::uint16_t>(node),
            std::span<const std::string_view>(route_columns<Root, Sources...>).subspan(at, width),
            is_direct(shape, node), queries[route]};
        at += width;
    }
    return routes;
}

template <typename Root, typename... Sources>
inline constexpr auto routes_storage =
    make_routes<Root, Sources...>(std::make_index_sequence<count_routes(shape_of<Root, Sources...>)>{});

}  // namespace pgsync::detail

namespace pgsync {

/// The routes of the shape below `Root`, in the order of its nodes.
template <typename Root, typename... Sources>
inline constexpr std::span<const route_data> routes_of{detail::routes_storage<Root, Sources...>};

}  // namespace pgsync
