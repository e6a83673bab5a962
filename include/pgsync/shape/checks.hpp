#pragma once

#include <cstddef>
#include <string_view>

#include <pgsync/declare/fixed_string.hpp>
#include <pgsync/shape/check_text.hpp>

/// Every compile-time message that a user's declaration can trigger. A check is a class template over the
/// struct, the member and the verdict, because both compilers print those in full above the message.
namespace pgsync::detail::check {

template <typename Struct, bool Ok>
struct struct_is_complete {
    static_assert(Ok,
                  "pgsync: the struct of this relation is not complete here; define it above this one, and "
                  "of two structs that refer to each other let only one say so");
};

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
struct shape_can_be_tied {
    static_assert(Ok,
                  "pgsync: this struct has more members than Boost.PFR takes apart, which is 100 as it "
                  "comes; leave out "
                  "what no search needs, or move some into a struct of their own and embed<…> it, which "
                  "makes an object "
                  "of them");
};

template <typename Struct, fixed_string Static, bool Ok>
struct static_is_known {
    static_assert(
        Ok,
        "pgsync: this static is called almost as one that pgsync reads, and would say nothing; an index has "
        "`name`, `where`, `settings`, `mapping`, `pipeline`, `routing` and `transform`, a struct `table` and "
        "`schema`: correct its name, or give it one that is further from these");
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
    static_assert(
        Ok,
        "pgsync: this member's type has no JSON form; use bool, short, int, long, float, double, "
        "std::string, an enum class, pgsync::keyword, text<\"analyzer\">, uuid, date, timestamp, "
        "timestamptz, time_of_day, decimal<p, s>, inet, bytea, json, geo_point, vector<n>, range<T>, "
        "std::optional or std::vector of one of them, or a relation (belongs_to, has_one, has_many)");
};

template <typename Struct, fixed_string Member, bool Ok>
struct struct_is_related {
    static_assert(Ok,
                  "pgsync: a struct as a plain member says nothing of how its rows are found; write "
                  "belongs_to<T>, has_one<T> or has_many<T>, or embed<T> for columns of the same row");
};

template <typename Struct, fixed_string Member, bool Ok>
struct key_is_not_nullable {
    static_assert(Ok, "pgsync: a key cannot be null; drop std::optional from this key member");
};

template <typename Struct, fixed_string Member, bool Ok>
struct key_is_exact {
    static_assert(
        Ok,
        "pgsync: this member's type cannot be a key; bool, floating point numbers, inet, json, bytea, "
        "geo_point, vector, "
        "ranges and arrays cannot: use an integer, std::string, keyword, an enum, uuid, date or decimal<p, "
        "s>");
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
                  "pgsync: unknown option of a relation; known are foreign_key<\"…\">, references<\"…\">, "
                  "through<\"…\", foreign_key<…>, foreign_key<…>>, where<\"…\">, order_by<\"…\">, limit<n>, "
                  "offset<n>, pluck<\"…\">, "
                  "keyed_by<\"…\">, depth<n> and depends_on<Table, \"…\">");
};

template <typename Struct, fixed_string Member, bool Ok>
struct options_fit_relation {
    static_assert(
        Ok,
        "pgsync: an option that makes no sense for this relation: through is for has_one, has_many and "
        "aggregates; order_by for has_one and has_many; limit and offset, or keyed_by, for has_many; pluck "
        "for all but "
        "aggregates; depth for ancestors and descendants, which take no depends_on");
};

template <typename Struct, fixed_string Member, bool Ok>
struct options_are_said_once {
    static_assert(
        Ok,
        "pgsync: an option is written twice; give all columns in one foreign_key or references, all "
        "conditions in one where (through and depends_on may come several times)");
};

template <typename Struct, fixed_string Member, bool Ok>
struct numbers_are_positive {
    static_assert(
        Ok,
        "pgsync: limit<n>, offset<n> and depth<n> need a number from 1 to 1,000,000; leave them out for all");
};

template <typename Struct, fixed_string Member, bool Ok>
struct sql_is_closed {
    static_assert(Ok,
                  "pgsync: this SQL cannot stand inside a query: it is empty, a bracket or quote is left "
                  "open, or it has "
                  "a semicolon, a comment or a $ outside quotes");
};

template <typename Struct, fixed_string Member, bool Ok>
struct mapping_is_json {
    static_assert(Ok,
                  "pgsync: the mapping is no JSON object; write it like mapped<T, "
                  "R\"({\"type\":\"keyword\"})\">");
};

template <typename Struct, fixed_string Member, bool Ok>
struct json_path_has_steps {
    static_assert(
        Ok, "pgsync: json_path names the column and at least one step: json_path<T, \"data\", \"city\">");
};

template <typename Struct, fixed_string Member, bool Ok>
struct json_path_type_fits {
    static_assert(
        Ok,
        "pgsync: a value inside JSON cannot be of this type; json_path takes text, numbers, bool, "
        "dates, times, uuid, inet, an enum, or pgsync::json for whatever is there (an array, an object)");
};

template <typename Struct, fixed_string Member, bool Ok>
struct computed_is_no_column {
    static_assert(Ok,
                  "pgsync: an expression or json_path cannot be a key or have another column; the log, by "
                  "which changed rows are found, has only plain columns: mark one of them with key<T>, and "
                  "rename a value with named<T, \"key\">");
};

template <typename Struct, fixed_string Member, bool Ok>
struct embedded_is_plain {
    static_assert(Ok, "pgsync: a struct inside embed<…> has no key of its own; drop key<…> from its members");
};

template <typename Struct, fixed_string Member, fixed_string Named, bool Ok>
struct named_member_exists {
    static_assert(Ok,
                  "pgsync: pluck, keyed_by, sum, avg, min and max name a member of the related struct that "
                  "is a column, "
                  "and the struct has none of this name");
};

template <typename Struct, fixed_string Member, fixed_string Named, bool Ok>
struct named_member_fits {
    static_assert(Ok,
                  "pgsync: sum and avg need a member that is a number, min and max one that has an order, "
                  "and keyed_by one "
                  "that is a single value");
};

template <typename Struct, fixed_string Member, bool Ok>
struct hop_is_complete {
    static_assert(Ok,
                  "pgsync: through names a link table and its two foreign keys: through<\"book_author\", "
                  "foreign_key<\"book_id\">, foreign_key<\"author_id\">>, the first as many columns as it "
                  "joins before it, "
                  "the second as many as it joins after it");
};

template <typename Struct, fixed_string Member, bool Ok>
struct recursion_stays {
    static_assert(
        Ok,
        "pgsync: ancestors and descendants lead to rows of the same table; give the struct they name "
        "the same `table`, and the same key");
};

template <typename Struct, fixed_string Member, bool Ok>
struct source_columns_match {
    static_assert(Ok,
                  "pgsync: depends_on names either no columns or one for each column that joins the view, in "
                  "their order; index<View, depends_on<Table>> takes nothing else behind the root");
};

template <typename Struct, fixed_string Member, bool Ok>
struct cases_are_told_apart {
    static_assert(
        Ok,
        "pgsync: belongs_to_any needs the two columns and at least one case, each with a label of its own: "
        "belongs_to_any<\"subject_type\", \"subject_id\", case_of<\"post\", Post>, case_of<\"photo\", "
        "Photo>>");
};

template <typename Struct, fixed_string Member, bool Ok>
struct described_member_exists {
    static_assert(Ok,
                  "pgsync: describe<…> names a member that the struct does not have, or names one twice; its "
                  "`members` are pgsync::members<as<\"member\", T>, leave_out<\"member\">>");
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
struct json_key_names_fields {
    static_assert(
        Ok,
        "pgsync: a JSON key begins or ends with a dot, or has two in a row, or nothing but blanks between "
        "two; for a cluster a dot stands between the names of an object and its member, and here one has no "
        "name: write another in named<T, \"key\">");
};

template <typename Struct, fixed_string Member, bool Ok>
struct json_key_is_free {
    static_assert(
        Ok,
        "pgsync: this JSON key is the cluster's own, at the top of every document: _id, _index, _source, "
        "_routing, _version, _seq_no, _primary_term, _field_names and _ignored are; give the member another "
        "with named<T, \"key\">, or keep it out of the document with hidden<T>");
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

template <typename Struct, fixed_string Member, bool Ok>
struct typed_member_is_optional {
    static_assert(Ok,
                  "pgsync: a typed transform reads this member, which can be null whatever the column is (an "
                  "empty range, a "
                  "point off the Earth, nothing at a JSON path); declare it as std::optional");
};

template <typename Index, bool Ok>
struct index_text_is_json {
    static_assert(
        Ok,
        "pgsync: `settings` and `mapping` of an index are JSON objects, as R\"({\"dynamic\":\"strict\"})\"");
};

template <typename Index, bool Ok>
struct index_where_is_closed {
    static_assert(
        Ok,
        "pgsync: `where` of this index cannot stand inside a query: it is empty, a bracket or quote is left "
        "open, or it has a semicolon, a comment or a $ outside quotes");
};

template <typename Index, bool Ok>
struct index_routing_is_member {
    static_assert(
        Ok,
        "pgsync: `routing` names a member of the root that is a column (pgsync::hidden keeps it out of "
        "the document)");
};

template <typename Index, bool Ok>
struct index_transform_is_callable {
    static_assert(
        Ok,
        "pgsync: `transform` is a static function of the index that takes Root& or boost::json::object& and "
        "returns bool, or nothing: static bool transform(Booking& booking);");
};

template <typename Index, bool Ok>
struct index_transform_is_included {
    static_assert(Ok, "pgsync: an index with a transform needs #include <pgsync/transform.hpp>");
};

template <typename Index, bool Ok>
struct transform_sees_keys_once {
    static_assert(Ok,
                  "pgsync: this index has a transform, which sees hidden members too, and one of them has "
                  "the JSON key of "
                  "another member of its struct; give it another with named<T, \"key\">");
};

template <typename Index, bool Ok>
struct index_members_are_text {
    static_assert(
        Ok,
        "pgsync: `name`, `where`, `settings`, `mapping`, `pipeline` and `routing` of an index are written as "
        "static constexpr std::string_view");
};

/// Returns true if PostgreSQL keeps the name whole. It truncates longer identifiers, so that they would
/// silently name another column.
[[nodiscard]] constexpr bool fits_identifier(std::string_view name) {
    return !name.empty() && name.size() <= 63;
}

/// Returns false if a key with dots has an empty or blank name before, between or after them: a cluster reads
/// `a.b` as the member `b` of the object `a`.
[[nodiscard]] constexpr bool fits_json_key(std::string_view key) {
    if (key.find('.') == std::string_view::npos) return true;
    bool blank = true;
    for (const char c : key) {
        if (c == '.' && blank) return false;
        blank = c == '.' || (blank && (c == ' ' || c == '\t'));
    }
    return !blank;
}

/// Returns true for the metadata fields that every one of Elasticsearch 6 to 8 and OpenSearch reserves at the
/// top level of a document.
[[nodiscard]] constexpr bool is_metadata_field(std::string_view key) {
    if (key.empty() || key[0] != '_') return false;
    for (const std::string_view own : {"_id", "_index", "_source", "_routing", "_version", "_seq_no",
                                       "_primary_term", "_field_names", "_ignored"}) {
        if (key == own) return true;
    }
    return false;
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
