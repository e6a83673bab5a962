#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <boost/hana/type.hpp>

#include <pgsync/shape/fields.hpp>
#include <pgsync/shape/joins.hpp>
#include <pgsync/shape/node.hpp>

/// Turns structs into plain data, in one walk over the declaration.
namespace pgsync::detail {

namespace hana = boost::hana;

/// The structs on the way from the root, identified by the addresses of their names.
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

struct shape_size {
    std::size_t nodes = 0;
    std::size_t columns = 0;
    std::size_t links = 0;
    // The first member that leads back to a struct above it. Such a shape would be infinite.
    std::string_view endless_struct;
    std::string_view endless_member;
};

/// The output of the walk. Without arrays it only counts, so that one walk can both measure and fill. It is
/// not a template, so that only the walk itself is instantiated for each struct.
class shape_writer {
  public:
    constexpr shape_writer() = default;
    constexpr shape_writer(node_data* nodes, column_data* columns, link_data* links)
        : nodes_(nodes), columns_(columns), links_(links) {}

    shape_size used{};

    /// Records a member that leads back to a struct above it; only the first one is kept.
    constexpr void end_at(std::string_view type, std::string_view member) {
        if (!used.endless_struct.empty()) return;
        used.endless_struct = type;
        used.endless_member = member;
    }

    constexpr std::size_t add_node(const node_data& node) {
        if (nodes_ != nullptr) {
            nodes_[used.nodes] = node;
            if (used.nodes != 0 && is_shown(node))
                append(node.holder, static_cast<std::uint16_t>(used.nodes));
        }
        return used.nodes++;
    }
    constexpr void add_columns(std::size_t to, const field* fields, std::size_t size) {
        const auto first = used.columns;
        for (std::size_t i = 0; i < size; ++i) {
            if (!fields[i].is_column()) continue;
            if (columns_ != nullptr) columns_[used.columns] = fields[i].column;
            ++used.columns;
        }
        if (nodes_ == nullptr) return;
        nodes_[to].first_column = static_cast<std::uint16_t>(first);
        nodes_[to].columns = static_cast<std::uint16_t>(used.columns - first);
    }
    constexpr void add_links(std::size_t to, name_list parent, name_list child) {
        const auto first = used.links;
        for (std::size_t i = 0; i < child.size(); ++i) {
            if (links_ != nullptr) links_[used.links] = {parent[i], child[i]};
            ++used.links;
        }
        if (nodes_ == nullptr) return;
        nodes_[to].first_link = static_cast<std::uint16_t>(first);
        nodes_[to].links = static_cast<std::uint16_t>(used.links - first);
    }

  private:
    /// Appends a node to the list of nodes in its holder's object.
    constexpr void append(std::size_t holder, std::uint16_t child) {
        auto* at = &nodes_[holder].first_child;
        while (*at != 0) at = &nodes_[*at].next;
        *at = child;
    }

    node_data* nodes_ = nullptr;
    column_data* columns_ = nullptr;
    link_data* links_ = nullptr;
};

/// The place in the shape where a struct's members are written.
struct place {
    std::size_t holder;  ///< node whose object they make
    std::size_t row;     ///< node whose row they are read from
    std::size_t depth;
    const ancestry* path;
};

template <typename Row, typename Struct>
constexpr void walk(hana::basic_type<Row>, hana::basic_type<Struct>, shape_writer& writer, const place& at);

/// Returns a relation's node with everything that its member determines.
constexpr node_data member_node(const column_data& member, const place& at, relation kind) {
    node_data node;
    node.member = member.member;
    node.json = member.json;
    node.mapping = member.mapping;
    node.kind = kind;
    node.parent = static_cast<std::uint16_t>(at.row);
    node.holder = static_cast<std::uint16_t>(at.holder);
    node.depth = static_cast<std::uint16_t>(at.depth + 1);
    node.ordinal = member.ordinal;
    return node;
}

template <typename Table>
constexpr void name_table(node_data& node) {
    node.type = type_name<Table>;
    node.schema = table_of<Table>.schema;
    node.table = table_of<Table>.table;
}

template <typename... Source>
constexpr void walk_sources(type_list<Source...>, shape_writer& writer, node_data view, name_list parent) {
    view.kind = relation::source;
    // This SQL is over the view's columns, which its tables do not have.
    view.where = {};
    view.order = {};
    const auto add = [&]<typename Each>(const hana::basic_type<Each>&) {
        name_table<typename source_of<Each>::table>(view);
        view.row = static_cast<std::uint16_t>(writer.used.nodes);
        const auto self = writer.add_node(view);
        const name_list columns = source_of<Each>::columns;
        writer.add_columns(self, nullptr, 0);
        writer.add_links(self, columns.empty() ? name_list() : parent, columns);
    };
    (void)add;  // there may be no sources
    (add(hana::basic_type<Source>{}), ...);
}

constexpr std::uint16_t ordinal_of(const column_data* member) {
    return member == nullptr ? no_member : member->ordinal;
}

/// Adds the nodes of a relation to one struct: first the link tables, then the target, then the tables that a
/// view is built from.
template <typename Related, typename Joins, typename Struct, typename... Hop>
constexpr void walk_relation(type_list<Hop...>, shape_writer& writer, const place& at, node_data node,
                             std::string_view member) {
    using target = typename Related::target;
    if constexpr (struct_checked<target> && Joins::ok) {
        constexpr bool whole = Related::what == aggregate::none && Joins::plucked == nullptr;
        if (whole && at.path->holds(&type_name<target>)) return writer.end_at(type_name<Struct>, member);
        name_list before = Joins::near_end;
        const auto hop = [&](const table_name& table, name_list near, name_list far) {
            node_data link = node;
            link.kind = relation::hop;
            link.type = type_name<Struct>;
            link.schema = table.schema;
            link.table = table.table;
            link.row = static_cast<std::uint16_t>(writer.used.nodes);
            const auto self = writer.add_node(link);
            writer.add_columns(self, nullptr, 0);
            writer.add_links(self, before, near);
            node.parent = static_cast<std::uint16_t>(self);
            before = far;
        };
        (void)hop;
        (hop(hop_of<Hop>::table, hop_of<Hop>::near, hop_of<Hop>::far), ...);

        constexpr auto& said = Related::options;
        name_table<target>(node);
        node.what = Related::what;
        node.where = said.where;
        node.order = said.order;
        node.limit = static_cast<std::uint32_t>((said.seen & option::limit) != 0 ? said.limit : 0);
        node.offset = static_cast<std::uint32_t>((said.seen & option::offset) != 0 ? said.offset : 0);
        node.steps = static_cast<std::uint32_t>((said.seen & option::depth) != 0 ? said.depth : 0);
        node.view = Related::sources::size != 0;
        node.pluck = ordinal_of(Joins::plucked);
        node.keyed_by = ordinal_of(Joins::key_member);
        node.operand = ordinal_of(Joins::operand);
        node.row = static_cast<std::uint16_t>(writer.used.nodes);
        const auto self = writer.add_node(node);
        writer.add_links(self, before, Joins::far_end);
        if constexpr (whole) {
            walk(hana::type_c<target>, hana::type_c<target>, writer,
                 place{self, self, at.depth + 1, at.path});
        } else {
            writer.add_columns(self, fields_of<target>.data(), fields_of<target>.size());
        }
        walk_sources(typename Related::sources{}, writer, node, before);
    }
}

template <typename Row, typename Struct, std::size_t I, typename Any, typename... Case>
constexpr void walk_cases(type_list<Case...>, shape_writer& writer, const place& at,
                          const node_data& object) {
    const auto self = writer.add_node(object);
    writer.add_columns(self, nullptr, 0);
    const place inside{self, at.row, at.depth + 1, at.path};
    std::uint16_t ordinal = 0;
    const auto add = [&]<typename Each>(const hana::basic_type<Each>&) {
        using related = case_relation<Each>;
        using joined = joins<Row, Struct, member_text<Struct, I>, related, Any::id_column>;
        column_data member;
        member.member = related::label;
        member.json = related::label;
        member.ordinal = ordinal++;
        auto node = member_node(member, inside, relation::belongs_to);
        node.guard_column = Any::type_column;
        node.guard_value = related::label;
        walk_relation<related, joined, Struct>(type_list<>{}, writer, inside, node, member_name<Struct, I>);
    };
    (add(hana::basic_type<Case>{}), ...);
}

/// Returns the name of a foreign key that the declaration does not name.
template <typename Row, typename Struct, std::size_t I, relation Kind>
constexpr const std::string_view& default_foreign_key() {
    if constexpr (Kind == relation::belongs_to) {
        return with_id_suffix<member_name<Struct, I>>::value;
    } else if constexpr (Kind == relation::ancestors || Kind == relation::descendants) {
        return parent_id;
    } else {
        return with_id_suffix<table_identifier<Row>>::value;
    }
}

template <typename Row, typename Struct, std::size_t I>
constexpr void walk_member(shape_writer& writer, const place& at) {
    using related = relation_of<held_type<member_type<Struct, I>>>;
    if constexpr (related::known) {
        const auto& member = fields_of<Struct>[I].column;
        if constexpr (related::form == relation_form::one) {
            using joined = joins<Row, Struct, member_text<Struct, I>, related,
                                 default_foreign_key<Row, Struct, I, related::kind>()>;
            walk_relation<related, joined, Struct>(typename related::hops{}, writer, at,
                                                   member_node(member, at, related::kind),
                                                   member_name<Struct, I>);
        } else {
            auto node = member_node(member, at, relation::embed);
            node.type = type_name<Struct>;
            node.row = static_cast<std::uint16_t>(at.row);
            if constexpr (related::form == relation_form::cases) {
                if constexpr (check_cases<Struct, member_text<Struct, I>>(typename related::cases{})) {
                    walk_cases<Row, Struct, I, related>(typename related::cases{}, writer, at, node);
                }
            } else {
                using inner = typename related::target;
                if constexpr (struct_checked<inner>) {
                    constexpr bool plain = [] {
                        for (const auto& f : fields_of<inner>) {
                            if (f.column.key && f.column.member != "id") return false;
                        }
                        return true;
                    }();
                    (void)check::embedded_is_plain<Struct, member_text<Struct, I>, plain>{};
                    if (at.path->holds(&type_name<inner>)) {
                        return writer.end_at(type_name<Struct>, member_name<Struct, I>);
                    }
                    node.type = type_name<inner>;
                    const auto self = writer.add_node(node);
                    walk(hana::type_c<Row>, hana::type_c<inner>, writer,
                         place{self, at.row, at.depth + 1, at.path});
                }
            }
        }
    }
}

/// Adds the members of Struct, read from a row of Row's table.
template <typename Row, typename Struct>
constexpr void walk(hana::basic_type<Row>, hana::basic_type<Struct>, shape_writer& writer, const place& at) {
    const ancestry path{at.path, &type_name<Struct>};
    const place inside{at.holder, at.row, at.depth, &path};
    writer.add_columns(at.holder, fields_of<Struct>.data(), fields_of<Struct>.size());
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (walk_member<Row, Struct, I>(writer, inside), ...);
    }(std::make_index_sequence<member_count<Struct>>{});
}

/// Adds the whole shape. Sources are the depends_on<> of a root that is a view.
template <typename Root, typename... Sources>
constexpr void walk_root(shape_writer& writer) {
    if constexpr (struct_checked<Root>) {
        (void)check::shape_has_key<Root, (key_count<Root> > 0)>{};
        constexpr std::size_t taken = find_metadata_field<Root>();
        if constexpr (taken != member_count<Root>)
            (void)check::json_key_is_free<Root, member_text<Root, taken>, false>{};
        if constexpr (key_count<Root> > 0) {
            constexpr bool match =
                (true && ... &&
                 (source_of<Sources>::ok && (source_of<Sources>::columns.empty() ||
                                             (source_of<Sources>::columns.size() == key_count<Root> &&
                                              fit_identifiers(source_of<Sources>::columns)))));
            (void)check::source_columns_match<Root, fixed_string("index"), match>{};
            node_data root;
            name_table<Root>(root);
            root.view = sizeof...(Sources) != 0;
            writer.add_node(root);
            walk(hana::type_c<Root>, hana::type_c<Root>, writer, place{0, 0, 0, nullptr});
            if constexpr (match) walk_sources(type_list<Sources...>{}, writer, root, key_names<Root>);
        }
    }
}

template <std::size_t Nodes, std::size_t Columns, std::size_t Links>
struct shape_tables {
    std::array<node_data, Nodes> nodes{};
    std::array<column_data, Columns> columns{};
    std::array<link_data, Links> links{};
};

template <typename Root, typename... Sources>
constexpr shape_size measure_shape() {
    shape_writer count;
    walk_root<Root, Sources...>(count);
    return count.used;
}

template <typename Root, typename... Sources>
constexpr auto make_shape() {
    constexpr shape_size size = measure_shape<Root, Sources...>();
    constexpr bool ends = size.endless_struct.empty();
    (void)check::shape_ends<
        Root,
        fixed_string<size.endless_struct.size() + 1>(size.endless_struct.data(), size.endless_struct.size()),
        fixed_string<size.endless_member.size() + 1>(size.endless_member.data(), size.endless_member.size()),
        ends>{};
    if constexpr (size.nodes != 0 && ends) {
        shape_tables<size.nodes, size.columns, size.links> tables;
        shape_writer writer(tables.nodes.data(), tables.columns.data(), tables.links.data());
        walk_root<Root, Sources...>(writer);
        return tables;
    } else {
        // The error has been reported; one empty node keeps the compiler from adding others.
        return shape_tables<1, 1, 0>{};
    }
}

template <typename Root, typename... Sources>
inline constexpr auto shape_storage = make_shape<Root, Sources...>();

}  // namespace pgsync::detail

namespace pgsync {

/// The shape of `Root` as plain data in static storage.
template <typename Root, typename... Sources>
inline constexpr shape_view shape_of{detail::shape_storage<Root, Sources...>.nodes,
                                     detail::shape_storage<Root, Sources...>.columns,
                                     detail::shape_storage<Root, Sources...>.links};

}  // namespace pgsync
