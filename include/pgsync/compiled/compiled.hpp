#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/json/fwd.hpp>

#include <pgsync/declare/index.hpp>
#include <pgsync/mapping/properties.hpp>
#include <pgsync/routing/routes.hpp>
#include <pgsync/shape/misspelt.hpp>
#include <pgsync/shape/walk.hpp>
#include <pgsync/sql/select.hpp>

namespace pgsync {

/// Turns a document as the database produced it into the one that is sent, and appends that to `out`. Returns
/// false if there is no document to send. Throws pgsync::error if the document cannot be read or does not fit
/// the struct.
using transform_function = bool (*)(std::string_view document, std::string& out);

/// Everything that is computed at compile time for one index, as views of static storage. It is all that the
/// runtime half needs, so none of that is a template over user types.
struct compiled_index {
    std::string_view name;  ///< name of the alias
    shape_view shape;
    std::span<const route_data> routes;
    std::string_view page_query;          ///< see detail::sql::write_page_query
    std::string_view keys_query;          ///< see detail::sql::write_keys_query
    std::string_view first_bounds_query;  ///< see detail::sql::write_bounds_query
    std::string_view next_bounds_query;
    std::string_view properties{};  ///< `properties` of the mapping, JSON
    std::string_view where{};       ///< SQL over the root's columns; empty for every row
    std::string_view settings{};    ///< JSON; empty if not declared, like all that follow
    std::string_view mapping{};     ///< JSON, merged into the mapping
    std::string_view pipeline{};
    std::string_view routing{};  ///< column of the root that chooses the shard
    transform_function transform = nullptr;
};

namespace detail {

template <typename Root, typename... Sources>
type_list<Root, Sources...> index_base(const index<Root, Sources...>&);

template <typename Index>
concept declares_index = requires(const Index& of) {
    typename Index::root;
    index_base(of);
};

template <typename Index>
constexpr std::string_view make_index_name() {
    if constexpr (requires { typename constant<std::string_view(*&Index::name).size()>; }) {
        return Index::name;
    } else {
        return type_name<Index>;
    }
}

/// What an index declares besides its root. A view is null where the index declares nothing.
struct index_words {
    std::string_view where;
    std::string_view settings;
    std::string_view mapping;
    std::string_view pipeline;
    std::string_view routing;  ///< name of a member of the root
    bool are_text = true;
};

template <typename Index>
constexpr index_words read_index_words() {
    index_words said;
    if constexpr (requires { Index::name; }) {
        said.are_text = requires { typename constant<std::string_view(*&Index::name).size()>; };
    }
    if constexpr (requires { typename constant<std::string_view(*&Index::where).size()>; }) {
        said.where = Index::where;
    } else if constexpr (requires { Index::where; }) {
        said.are_text = false;
    }
    if constexpr (requires { typename constant<std::string_view(*&Index::settings).size()>; }) {
        said.settings = Index::settings;
    } else if constexpr (requires { Index::settings; }) {
        said.are_text = false;
    }
    if constexpr (requires { typename constant<std::string_view(*&Index::mapping).size()>; }) {
        said.mapping = Index::mapping;
    } else if constexpr (requires { Index::mapping; }) {
        said.are_text = false;
    }
    if constexpr (requires { typename constant<std::string_view(*&Index::pipeline).size()>; }) {
        said.pipeline = Index::pipeline;
    } else if constexpr (requires { Index::pipeline; }) {
        said.are_text = false;
    }
    if constexpr (requires { typename constant<std::string_view(*&Index::routing).size()>; }) {
        said.routing = Index::routing;
    } else if constexpr (requires { Index::routing; }) {
        said.are_text = false;
    }
    return said;
}

template <typename Index>
inline constexpr index_words words_of = read_index_words<Index>();

template <typename Result>
concept tells_to_send = std::is_void_v<Result> || std::is_constructible_v<bool, Result>;
template <typename Index>
concept transforms_struct = requires(typename Index::root& document) {
    { Index::transform(document) } -> tells_to_send;
};
template <typename Index>
concept transforms_json = !transforms_struct<Index> && requires(boost::json::object& document) {
    { Index::transform(document) } -> tells_to_send;
};

struct other_transform {
    int transform;
};
/// If Index has a member of that name, even an overloaded or private one, the name is ambiguous in this
/// class.
template <typename Index>
struct beside_other_transform : Index, other_transform {};

template <typename Index>
constexpr bool has_transform() {
    if constexpr (transforms_struct<Index> || transforms_json<Index>) {
        return true;
    } else if constexpr (std::is_final_v<Index>) {
        return requires { &Index::transform; };
    } else {
        return !requires { &beside_other_transform<Index>::transform; };
    }
}

/// Runs the transform of an index. Defined in transform.hpp, because it needs a JSON parser.
template <typename Index>
struct document_transform;

template <typename Index>
inline constexpr sql::reader reader_of = transforms_struct<Index> ? sql::reader::typed_transform
                                         : transforms_json<Index> ? sql::reader::transform
                                                                  : sql::reader::cluster;

template <std::size_t Node, sql::reader Who, typename... Shape>
struct members_writer {
    static constexpr void write(text& out) { sql::write_members(out, shape_of<Shape...>, Node, Who); }
};

/// The member lists of a shape, one for each node.
template <sql::reader Who, typename... Shape>
inline constexpr auto members_of = []<std::size_t... Node>(std::index_sequence<Node...>) {
    return std::array<std::string_view, sizeof...(Node)>{text_of<members_writer<Node, Who, Shape...>>...};
}(std::make_index_sequence<shape_of<Shape...>.nodes.size()>{});

/// Returns the column of the member that `routing` names; empty if there is none or it cannot be used.
template <typename Index>
constexpr std::string_view routing_column() {
    if (words_of<Index>.routing.empty()) return {};
    const auto* member = find_member<typename Index::root>(words_of<Index>.routing);
    return member != nullptr && member->source == value_source::column && !member->array ? member->name
                                                                                         : std::string_view();
}

/// Returns what the queries of an index depend on.
template <typename Index, typename... Shape>
constexpr sql::query query_of() {
    sql::query with;
    with.who = reader_of<Index>;
    with.where = words_of<Index>.where;
    with.routing = routing_column<Index>();
    with.members = members_of<reader_of<Index>, Shape...>;
    return with;
}

template <typename Index, typename... Shape>
struct page_query_writer {
    static constexpr void write(text& out) {
        sql::write_page_query(out, shape_of<Shape...>, query_of<Index, Shape...>());
    }
};
template <typename Index, typename... Shape>
struct keys_query_writer {
    static constexpr void write(text& out) {
        sql::write_keys_query(out, shape_of<Shape...>, query_of<Index, Shape...>());
    }
};
template <typename Index, bool After, typename... Shape>
struct bounds_query_writer {
    static constexpr void write(text& out) {
        sql::write_bounds_query(out, shape_of<Shape...>, words_of<Index>.where, After);
    }
};
template <typename... Shape>
struct properties_writer {
    static constexpr void write(text& out) { mapping::write_properties(out, shape_of<Shape...>); }
};

/// Returns true if no hidden member has the JSON key of another member of its object.
constexpr bool keys_are_unique(const shape_view& shape) {
    for (std::size_t self = 0; self < shape.nodes.size(); ++self) {
        const auto taken = [&](const column_data& mine) {
            for (const auto& other : shape.columns_of(shape.nodes[self])) {
                if (other.ordinal != mine.ordinal && other.json == mine.json) return true;
            }
            for (const auto& node : shape.nodes) {
                if (node.holder == self && &node != &shape.root() && node.json == mine.json) return true;
            }
            return false;
        };
        for (const auto& column : shape.columns_of(shape.nodes[self])) {
            if (column.hidden && taken(column)) return false;
        }
    }
    return true;
}

/// Checks what an index declares.
template <typename Index, typename... Shape>
constexpr void check_index() {
    constexpr auto& said = words_of<Index>;
    constexpr auto absent_or_json = [](std::string_view text) {
        return text.data() == nullptr || check::is_json_object(text);
    };
    (void)check::index_name_is_valid<Index, check::fits_index_name(make_index_name<Index>())>{};
    (void)check::index_members_are_text<Index, said.are_text>{};
    constexpr auto misspelt = misspelt_of_index<Index>();
    (void)check::static_is_known<Index, fixed_string<misspelt.size() + 1>(misspelt.data(), misspelt.size()),
                                 misspelt.empty()>{};
    (void)check::index_text_is_json<Index, absent_or_json(said.settings) && absent_or_json(said.mapping)>{};
    (void)check::index_where_is_closed<Index,
                                       said.where.data() == nullptr || check::is_closed_sql(said.where)>{};
    if constexpr (struct_checked<typename Index::root>) {
        (void)check::index_routing_is_member<Index, said.routing.data() == nullptr ||
                                                        !routing_column<Index>().empty()>{};
    }
    (void)check::index_transform_is_callable<Index, !has_transform<Index>() || transforms_struct<Index> ||
                                                        transforms_json<Index>>{};
    (void)check::transform_sees_keys_once<Index,
                                          !has_transform<Index>() || keys_are_unique(shape_of<Shape...>)>{};
}

template <typename Index>
constexpr transform_function find_transform() {
    if constexpr (transforms_struct<Index> || transforms_json<Index>) {
        constexpr bool included = requires { sizeof(document_transform<Index>); };
        (void)check::index_transform_is_included<Index, included>{};
        if constexpr (included) return &document_transform<Index>::apply;
    }
    return nullptr;
}

template <typename Index, typename... Shape>
constexpr compiled_index compile(type_list<Shape...>) {
    check_index<Index, Shape...>();
    return {make_index_name<Index>(),
            shape_of<Shape...>,
            routes_of<Shape...>,
            text_of<page_query_writer<Index, Shape...>>,
            text_of<keys_query_writer<Index, Shape...>>,
            text_of<bounds_query_writer<Index, false, Shape...>>,
            text_of<bounds_query_writer<Index, true, Shape...>>,
            text_of<properties_writer<Shape...>>,
            words_of<Index>.where,
            words_of<Index>.settings,
            words_of<Index>.mapping,
            words_of<Index>.pipeline,
            routing_column<Index>(),
            find_transform<Index>()};
}

template <typename Index>
constexpr compiled_index compile() {
    (void)check::index_is_declared<Index, declares_index<Index>>{};
    if constexpr (declares_index<Index>) {
        return compile<Index>(decltype(index_base(std::declval<const Index&>())){});
    } else {
        return {};
    }
}

}  // namespace detail

/// The result of compiling `Index`: `compiled<reservations>.keys_query`.
template <typename Index>
inline constexpr compiled_index compiled = detail::compile<Index>();

}  // namespace pgsync
