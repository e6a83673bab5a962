#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/hana/type.hpp>

#include <pgsync/shape/fields.hpp>
#include <pgsync/shape/node.hpp>

/// The one walk from structs to plain data.
namespace pgsync::detail {

namespace hana = boost::hana;

/// The pairs of columns that join `Parent` to the relation in its member I, checked.
template <typename Parent, std::size_t I>
struct relation_links {
    using related = relation_of<held_type<member_type<Parent, I>>>;
    using target = typename related::target;
    using foreign = typename related::foreign_key_columns;
    using referenced = typename related::referenced_columns;
    static constexpr bool to_parent_row = related::kind == relation::belongs_to;
    // Whose key is referenced when `references` is not written, and whose name makes the default foreign key.
    using keyed = std::conditional_t<to_parent_row, target, Parent>;

    static constexpr std::size_t referenced_count =
        referenced::size == 0 ? key_count<keyed> : referenced::size;
    static constexpr std::size_t count = foreign::size == 0 ? 1 : foreign::size;

    static constexpr std::string_view foreign_column(std::size_t i) {
        if constexpr (foreign::size != 0) {
            return foreign::names[i];
        } else if constexpr (to_parent_row) {
            return with_id_suffix<member_name<Parent, I>>::value;
        } else {
            return with_id_suffix<table_identifier<Parent>>::value;
        }
    }
    static constexpr std::string_view referenced_column(std::size_t i) {
        if constexpr (referenced::size != 0) {
            return referenced::names[i];
        } else {
            return key_column<keyed>(i);
        }
    }
    static constexpr bool names_fit() {
        for (std::size_t i = 0; i < count; ++i) {
            if (!check::fits_identifier(foreign_column(i))) return false;
        }
        for (std::size_t i = 0; i < referenced_count; ++i) {
            if (!check::fits_identifier(referenced_column(i))) return false;
        }
        return true;
    }
    static constexpr bool verify() {
        constexpr auto& text = member_text<Parent, I>;
        constexpr bool spelt_out = foreign::size != 0 || referenced_count <= 1;
        (void)check::composite_key_is_spelt_out<Parent, text, spelt_out>{};
        (void)check::columns_match<Parent, text, !spelt_out || count == referenced_count>{};
        (void)check::column_is_named<Parent, text, names_fit()>{};
        return spelt_out && count == referenced_count;
    }
    static constexpr bool ok = verify();

    static constexpr link_data link(std::size_t i) {
        if constexpr (to_parent_row) {
            return {foreign_column(i), referenced_column(i)};
        } else {
            return {referenced_column(i), foreign_column(i)};
        }
    }
};

struct shape_size {
    std::size_t nodes = 0;
    std::size_t columns = 0;
    std::size_t links = 0;
    // The first member that leads back to a struct above it: such a shape has no size.
    std::string_view endless_struct;
    std::string_view endless_member;
};

/// The structs on the way from the root, told apart by the addresses of their names.
struct ancestry {
    const ancestry* above;
    const std::string_view* self;

    [[nodiscard]] constexpr bool holds(const std::string_view* name) const {
        for (const auto* at = this; at != nullptr; at = at->above) {
            if (at->self == name) return true;
        }
        return false;
    }
};

template <typename Struct>
constexpr void measure(hana::basic_type<Struct>, shape_size& size, const ancestry* above);

template <typename Struct, std::size_t I>
constexpr void measure_member(shape_size& size, const ancestry& path) {
    using related = relation_of<held_type<member_type<Struct, I>>>;
    if constexpr (related::known) {
        using links = relation_links<Struct, I>;
        if constexpr (struct_checked<typename related::target> && links::ok) {
            if (path.holds(&type_name<typename related::target>)) {
                size.endless_struct = type_name<Struct>;
                size.endless_member = member_name<Struct, I>;
                return;
            }
            size.links += links::count;
            measure(hana::type_c<typename related::target>, size, &path);
        }
    } else {
        ++size.columns;
    }
}

template <typename Struct>
constexpr void measure(hana::basic_type<Struct>, shape_size& size, const ancestry* above) {
    const ancestry path{above, &type_name<Struct>};
    ++size.nodes;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (measure_member<Struct, I>(size, path), ...);
    }(std::make_index_sequence<member_count<Struct>>{});
}

template <std::size_t Nodes, std::size_t Columns, std::size_t Links>
struct shape_tables {
    std::array<node_data, Nodes> nodes{};
    std::array<column_data, Columns> columns{};
    std::array<link_data, Links> links{};
};

/// Where the walk writes: not a template, so that only the walk itself is instantiated for each struct.
struct shape_writer {
    node_data* nodes;
    column_data* columns;
    link_data* links;
    shape_size used{};
};

template <typename Struct>
constexpr void walk(hana::basic_type<Struct>, shape_writer& writer, std::size_t self);

template <typename Struct, std::size_t I>
constexpr void walk_relation(shape_writer& writer, std::size_t parent) {
    using related = relation_of<held_type<member_type<Struct, I>>>;
    if constexpr (related::known) {
        using links = relation_links<Struct, I>;
        if constexpr (links::ok) {
            const std::size_t self = writer.used.nodes++;
            const auto& column = fields_of<Struct>[I].column;
            auto& node = writer.nodes[self];
            node.member = column.member;
            node.json = column.json;
            node.kind = related::kind;
            node.parent = static_cast<std::uint16_t>(parent);
            node.depth = static_cast<std::uint16_t>(writer.nodes[parent].depth + 1);
            node.ordinal = column.ordinal;
            node.first_link = static_cast<std::uint16_t>(writer.used.links);
            node.links = static_cast<std::uint16_t>(links::count);
            for (std::size_t i = 0; i < links::count; ++i) {
                writer.links[writer.used.links++] = links::link(i);
            }
            walk(hana::type_c<typename related::target>, writer, self);
        }
    }
}

template <typename Struct>
constexpr void walk(hana::basic_type<Struct>, shape_writer& writer, std::size_t self) {
    auto& node = writer.nodes[self];
    node.type = type_name<Struct>;
    node.schema = table_of<Struct>.schema;
    node.table = table_of<Struct>.table;
    node.first_column = static_cast<std::uint16_t>(writer.used.columns);
    for (const auto& f : fields_of<Struct>) {
        if (!f.is_relation) writer.columns[writer.used.columns++] = f.column;
    }
    node.columns = static_cast<std::uint16_t>(writer.used.columns - node.first_column);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (walk_relation<Struct, I>(writer, self), ...);
    }(std::make_index_sequence<member_count<Struct>>{});
}

template <typename Root>
constexpr shape_size measure_shape() {
    shape_size size;
    if constexpr (struct_checked<Root>) measure(hana::type_c<Root>, size, nullptr);
    return size;
}

template <typename Root>
constexpr auto make_shape() {
    constexpr shape_size size = measure_shape<Root>();
    constexpr bool ends = size.endless_struct.empty();
    (void)check::shape_ends<
        Root,
        fixed_string<size.endless_struct.size() + 1>(size.endless_struct.data(), size.endless_struct.size()),
        fixed_string<size.endless_member.size() + 1>(size.endless_member.data(), size.endless_member.size()),
        ends>{};
    if constexpr (struct_checked<Root> && ends) {
        shape_tables<size.nodes, size.columns, size.links> tables;
        shape_writer writer{tables.nodes.data(), tables.columns.data(), tables.links.data(), {}};
        writer.used.nodes = 1;
        walk(hana::type_c<Root>, writer, 0);
        return tables;
    } else {
        // Said already what is wrong; one empty node keeps the compiler from saying more.
        return shape_tables<1, 1, 0>{};
    }
}

template <typename Root>
inline constexpr auto shape_storage = make_shape<Root>();

}  // namespace pgsync::detail

namespace pgsync {

/// The shape below `Root` as plain data in static storage.
template <typename Root>
inline constexpr shape_view shape_of{detail::shape_storage<Root>.nodes, detail::shape_storage<Root>.columns,
                                     detail::shape_storage<Root>.links};

}  // namespace pgsync
