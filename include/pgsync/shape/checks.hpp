#pragma once

#include <cstddef>
#include <string_view>

#include <pgsync/declare/fixed_string.hpp>

/// Every message a user's declaration can earn. A check is a class template over the struct, the member and
/// the verdict, because that is what both compilers print in full above the text.
namespace pgsync::detail::check {

template <typename Struct, bool Ok>
struct shape_is_aggregate {
    static_assert(
        Ok,
        "pgsync: a shape must be an aggregate struct: no constructors, no virtual functions, no private "
        "members, no base classes; move what the struct inherits into it");
};

template <typename Root, fixed_string Struct, fixed_string Member, bool Ok>
struct shape_ends {
    static_assert(
        Ok,
        "pgsync: this shape never ends: the member leads back to a struct that already stands above "
        "it; leave the way back out, or write a second struct with the same `table`");
};

template <typename Struct, bool Ok>
struct shape_has_members {
    static_assert(Ok, "pgsync: a shape needs at least one member; declare the key first, as in `int id;`");
};

template <typename Struct, bool Ok>
struct shape_has_key {
    static_assert(
        Ok,
        "pgsync: this struct has no key; name a member `id`, or mark the members of the primary key "
        "with pgsync::key<T>");
};

template <typename Struct, bool Ok>
struct table_is_named {
    static_assert(Ok, "pgsync: the table's (or schema's) name is empty or longer than PostgreSQL's 63 bytes");
};

template <typename Struct, fixed_string Member, bool Ok>
struct member_type_is_known {
    static_assert(Ok,
                  "pgsync: this member's type has no JSON form; use bool, short, int, long, float, double, "
                  "std::string, pgsync::keyword, uuid, date, timestamp, timestamptz or decimal<p, s>, "
                  "std::optional of one of them, or a relation (belongs_to, has_one, has_many)");
};

template <typename Struct, fixed_string Member, bool Ok>
struct struct_is_related {
    static_assert(Ok,
                  "pgsync: a struct as a plain member says nothing of how its rows are found; write "
                  "belongs_to<T>, has_one<T> or has_many<T>");
};

template <typename Struct, fixed_string Member, bool Ok>
struct key_is_not_nullable {
    static_assert(Ok, "pgsync: a key cannot be null; drop std::optional from this key member");
};

template <typename Struct, fixed_string Member, bool Ok>
struct key_is_exact {
    static_assert(
        Ok,
        "pgsync: a floating point number cannot be a key; use an integer, std::string, uuid, date or "
        "decimal<p, s>");
};

template <typename Struct, fixed_string Member, bool Ok>
struct annotation_fits_relation {
    static_assert(
        Ok,
        "pgsync: key, column, hidden and std::optional are for columns; for a relation write the column "
        "as foreign_key<\"…\"> among its options, and only named<…> around it");
};

template <typename Struct, fixed_string Member, bool Ok>
struct options_are_known {
    static_assert(Ok,
                  "pgsync: unknown option of a relation; known are foreign_key<\"…\"> and references<\"…\">");
};

template <typename Struct, fixed_string Member, bool Ok>
struct options_are_said_once {
    static_assert(Ok, "pgsync: foreign_key or references is written twice; give all columns in one");
};

template <typename Struct, fixed_string Member, bool Ok>
struct composite_key_is_spelt_out {
    static_assert(Ok,
                  "pgsync: the key this relation refers to has several columns; write "
                  "foreign_key<\"a\", \"b\"> with one column for each of them");
};

template <typename Struct, fixed_string Member, bool Ok>
struct columns_match {
    static_assert(
        Ok,
        "pgsync: foreign_key and references (or the key, where references is not written) differ in "
        "their number of columns; give one foreign key column for each referenced column");
};

template <typename Struct, fixed_string Member, bool Ok>
struct column_is_named {
    static_assert(Ok, "pgsync: a column's name is empty or longer than PostgreSQL's 63 bytes");
};

template <typename Struct, fixed_string Member, bool Ok>
struct json_key_is_named {
    static_assert(Ok, "pgsync: a JSON key is empty; write named<T, \"key\"> with at least one character");
};

template <typename Struct, fixed_string Member, bool Ok>
struct json_key_is_unique {
    static_assert(
        Ok,
        "pgsync: another member of this struct has the same JSON key; give one of them another with "
        "named<T, \"key\">");
};

template <typename Struct, bool Ok>
struct long_json_keys_fit {
    static_assert(
        Ok,
        "pgsync: a struct with a JSON key longer than 63 bytes can have at most 50 members; shorten the "
        "key or split the struct");
};

template <typename Index, bool Ok>
struct index_is_declared {
    static_assert(
        Ok,
        "pgsync: this is not an index; write `struct reservations : pgsync::index<Booking> {};` and pass "
        "`reservations`");
};

template <typename Index, bool Ok>
struct index_name_is_valid {
    static_assert(
        Ok,
        "pgsync: the cluster refuses such an index name: it must be lower case, start with a letter or "
        "digit, have none of \\ / * ? \" < > | , # : and no space, and at most 200 bytes; say "
        "`static constexpr std::string_view name = \"…\";`");
};

template <bool Ok, typename... Indices>
struct index_names_are_unique {
    static_assert(Ok, "pgsync: two indices of one program have the same name; give each its own");
};

/// PostgreSQL cuts longer identifiers off, which would silently name another column.
[[nodiscard]] constexpr bool fits_identifier(std::string_view name) {
    return !name.empty() && name.size() <= 63;
}

[[nodiscard]] constexpr bool fits_index_name(std::string_view name) {
    if (name.empty() || name.size() > 200) return false;
    if (name[0] == '-' || name[0] == '_' || name[0] == '+' || name[0] == '.') return false;
    for (const char c : name) {
        if ((c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) <= ' ') return false;
        if (std::string_view("\\/*?\"<>|,#:").find(c) != std::string_view::npos) return false;
    }
    return true;
}

}  // namespace pgsync::detail::check
