#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

#include <pgsync/shape/checks.hpp>
#include <pgsync/shape/fields.hpp>
#include <pgsync/shape/names.hpp>
#include <pgsync/shape/node.hpp>
#include <pgsync/shape/relations.hpp>
#include <pgsync/shape/table.hpp>
#include <pgsync/shape/value_traits.hpp>

/// Determines which columns join a relation to its parent, by convention or by its options, and checks them.
namespace pgsync::detail {

using name_list = std::span<const std::string_view>;

template <typename Struct>
inline constexpr auto key_name_storage = [] {
    std::array<std::string_view, key_count<Struct> + 1> result{};
    for (std::size_t i = 0; i < key_count<Struct>; ++i) result[i] = key_column<Struct>(i);
    return result;
}();
template <typename Struct>
inline constexpr name_list key_names = name_list(key_name_storage<Struct>).first(key_count<Struct>);

template <typename Columns>
inline constexpr name_list option_names = name_list(Columns::names).first(Columns::size);

/// A list of one name, in static storage.
template <const std::string_view& Name>
inline constexpr std::array<std::string_view, 1> one_name{Name};

inline constexpr std::string_view parent_id = "parent_id";

/// The parts of a `through` option: a link table and the columns that join it.
template <typename Option>
struct hop_of {
    static constexpr bool ok = false;
    static constexpr name_list near{};
    static constexpr name_list far{};
    static constexpr table_name table{};
};
template <fixed_string Table, fixed_string... Near, fixed_string... Far>
struct hop_of<through<Table, foreign_key<Near...>, foreign_key<Far...>>> {
    static constexpr name_list near = option_names<column_list<Near...>>;
    static constexpr name_list far = option_names<column_list<Far...>>;
    static constexpr table_name table = split_table_name(Table.view());
    static constexpr bool ok =
        sizeof...(Near) > 0 &&
        sizeof...(Far) > 0 && check::fits_identifier(table.table) && table.schema.size() <= 63;
};

/// The parts of a `depends_on` option: a table that a view is built from, and those of its columns that
/// correspond to the ones joining the view.
template <typename Option>
struct source_of {
    static constexpr bool ok = false;
    static constexpr name_list columns{};
};
template <typename Table, fixed_string... Columns>
struct source_of<depends_on<Table, Columns...>> {
    using table = Table;
    static constexpr bool ok = true;
    static constexpr name_list columns = option_names<column_list<Columns...>>;
};

constexpr bool fit_identifiers(name_list all) {
    for (const auto& name : all) {
        if (!check::fits_identifier(name)) return false;
    }
    return true;
}

/// Determines how Related joins the rows of Row's table. Default is the foreign key that is used if the
/// options name none. Struct and Text are the struct and the member where the relation is declared, for
/// messages.
template <typename Row, typename Struct, fixed_string Text, typename Related, const std::string_view& Default>
struct joins {
    using target = typename Related::target;
    using foreign = typename Related::foreign_key_columns;
    using referenced = typename Related::referenced_columns;
    static constexpr std::size_t hops = Related::hops::size;
    /// True if the foreign key is in the parent's row, not in the target's.
    static constexpr bool from_parent =
        Related::kind == relation::belongs_to || Related::kind == relation::ancestors;
    /// The struct whose key is referenced if there is no `references`.
    using keyed = std::conditional_t<from_parent || (hops != 0), target, Row>;

    static constexpr name_list foreign_names = foreign::size != 0 ? option_names<foreign>
                                               : hops != 0        ? key_names<Row>
                                                                  : name_list(one_name<Default>);
    static constexpr name_list referenced_names =
        referenced::size != 0 ? option_names<referenced> : key_names<keyed>;

    /// The parent's columns in the first join, and the target's columns in the last.
    static constexpr name_list near_end = from_parent || (hops != 0) ? foreign_names : referenced_names;
    static constexpr name_list far_end = from_parent || (hops != 0) ? referenced_names : foreign_names;

    template <typename... Hop>
    static constexpr bool hops_fit(type_list<Hop...>) {
        if constexpr (!(true && ... && hop_of<Hop>::ok)) {
            return false;
        } else {
            name_list before = near_end;
            bool fit = true;
            const auto step = [&](name_list near, name_list far) {
                fit = fit && before.size() == near.size() && fit_identifiers(near) && fit_identifiers(far);
                before = far;
            };
            (step(hop_of<Hop>::near, hop_of<Hop>::far), ...);
            return fit && before.size() == far_end.size();
        }
    }

    template <typename... Source>
    static constexpr bool sources_fit(type_list<Source...>) {
        return (true && ... &&
                (source_of<Source>::columns.empty() || (source_of<Source>::columns.size() == far_end.size() &&
                                                        fit_identifiers(source_of<Source>::columns))));
    }

    static constexpr bool operand_fits(const column_data* member) {
        if (member == nullptr || member->array || member->source == value_source::json_path) return false;
        if (Related::what == aggregate::sum || Related::what == aggregate::avg)
            return traits_of(member->kind).number;
        return traits_of(member->kind).ordered;
    }

    /// Returns the member that an option names, or null if there is no such option.
    template <fixed_string Name, bool Wanted>
    static constexpr const column_data* named() {
        if constexpr (Wanted) {
            constexpr const auto* found = find_member<target>(Name.view());
            (void)check::named_member_exists<Struct, Text, Name, found != nullptr>{};
            return found;
        } else {
            return nullptr;
        }
    }
    static constexpr auto& options = Related::options;
    static constexpr const column_data* plucked =
        named<fixed_string<options.pluck.size() + 1>(options.pluck.data(), options.pluck.size()),
              (options.seen & option::pluck) != 0>();
    static constexpr const column_data* key_member =
        named<fixed_string<options.keyed_by.size() + 1>(options.keyed_by.data(), options.keyed_by.size()),
              (options.seen & option::keyed_by) != 0>();
    static constexpr bool has_operand = Related::what != aggregate::none &&
                                        Related::what != aggregate::count &&
                                        Related::what != aggregate::exists;
    static constexpr fixed_string operand_text =
        fixed_string<Related::operand.size() + 1>(Related::operand.data(), Related::operand.size());
    static constexpr const column_data* operand = named<operand_text, has_operand>();

    static constexpr bool verify() {
        // A missing key is an error only if something refers to it.
        constexpr bool key_found = referenced::size != 0 || key_count<keyed> > 0;
        (void)check::shape_has_key<keyed, key_found>{};
        constexpr bool row_key_found = hops == 0 || foreign::size != 0 || key_count<Row> > 0;
        (void)check::shape_has_key<Row, row_key_found>{};
        if constexpr (!key_found || !row_key_found) {
            return false;
        } else if constexpr (hops != 0) {
            constexpr bool fit = hops_fit(typename Related::hops{});
            (void)check::hop_is_complete<Struct, Text, fit>{};
            return fit && rest();
        } else {
            constexpr bool spelt_out = foreign::size != 0 || referenced_names.size() <= 1;
            constexpr bool match = foreign_names.size() == referenced_names.size();
            (void)check::composite_key_is_spelt_out<Struct, Text, spelt_out>{};
            (void)check::columns_match<Struct, Text, !spelt_out || match>{};
            (void)check::column_is_named<
                Struct, Text, fit_identifiers(foreign_names) && fit_identifiers(referenced_names)>{};
            return spelt_out && match && rest();
        }
    }
    static constexpr bool rest() {
        constexpr bool sources = sources_fit(typename Related::sources{});
        (void)check::source_columns_match<Struct, Text, sources>{};
        constexpr bool recursive =
            Related::kind == relation::ancestors || Related::kind == relation::descendants;
        constexpr bool stays = !recursive || (table_of<target> == table_of<Row> && key_count<target> > 0 &&
                                              key_names_equal(key_names<target>, key_names<Row>));
        (void)check::recursion_stays<Struct, Text, stays>{};
        if constexpr (has_operand && operand != nullptr) {
            (void)check::named_member_fits<Struct, Text, operand_text, operand_fits(operand)>{};
        }
        if constexpr (key_member != nullptr) {
            constexpr bool single = !key_member->array && has_text(key_member->kind) &&
                                    key_member->source != value_source::json_path;
            (void)check::named_member_fits<Struct, Text,
                                           fixed_string<options.keyed_by.size() + 1>(options.keyed_by.data(),
                                                                                     options.keyed_by.size()),
                                           single>{};
        }
        return sources && stays;
    }
    static constexpr bool key_names_equal(name_list a, name_list b) {
        if (a.size() != b.size()) return false;
        for (std::size_t i = 0; i < a.size(); ++i) {
            if (a[i] != b[i]) return false;
        }
        return true;
    }
    /// Returns true if values of this kind can be keys of a JSON object.
    static constexpr bool has_text(value_kind kind) {
        return traits_of(kind).ordered || kind == value_kind::boolean || kind == value_kind::uuid;
    }
    static constexpr bool ok = verify();
};

}  // namespace pgsync::detail
