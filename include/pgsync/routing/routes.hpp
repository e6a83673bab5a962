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

/// The routing table of a shape: one route a node.
namespace pgsync::detail {

constexpr bool is_direct(const shape_view& shape, std::size_t node) {
    return node == 0 || (shape.nodes[node].parent == 0 && links_to_key(shape, shape.nodes[node]));
}

constexpr std::size_t route_width(const shape_view& shape, std::size_t node) {
    return node == 0 ? shape.key_size(shape.root()) : shape.nodes[node].links;
}

template <typename Root>
constexpr auto make_route_columns() {
    constexpr std::size_t total = [] {
        std::size_t sum = 0;
        for (std::size_t node = 0; node < shape_of<Root>.nodes.size(); ++node) {
            sum += route_width(shape_of<Root>, node);
        }
        return sum;
    }();
    const auto& shape = shape_of<Root>;
    std::array<std::string_view, total> columns{};
    std::size_t at = 0;
    for (std::size_t node = 0; node < shape.nodes.size(); ++node) {
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

template <typename Root>
inline constexpr auto route_columns = make_route_columns<Root>();

template <typename Root, std::size_t Node>
struct owners_writer {
    static constexpr void write(text& out) {
        if constexpr (Node != 0) sql::write_owners_query(out, shape_of<Root>, Node);
    }
};

template <typename Root, std::size_t... Node>
constexpr auto make_routes(std::index_sequence<Node...>) {
    constexpr std::string_view queries[] = {text_of<owners_writer<Root, Node>>...};
    std::array<route_data, sizeof...(Node)> routes{};
    std::size_t at = 0;
    for (std::size_t node = 0; node < sizeof...(Node); ++node) {
        const auto width = route_width(shape_of<Root>, node);
        routes[node] = {static_cast<std::uint16_t>(node),
                        std::span<const std::string_view>(route_columns<Root>).subspan(at, width),
                        is_direct(shape_of<Root>, node), queries[node]};
        at += width;
    }
    return routes;
}

template <typename Root>
inline constexpr auto routes_storage =
    make_routes<Root>(std::make_index_sequence<shape_of<Root>.nodes.size()>{});

}  // namespace pgsync::detail

namespace pgsync {

/// The routes of the shape below `Root`, one for each of its nodes and in their order.
template <typename Root>
inline constexpr std::span<const route_data> routes_of{detail::routes_storage<Root>};

}  // namespace pgsync
