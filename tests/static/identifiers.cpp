// Schemas and names that no C++ identifier could spell.
#include <pgsync/shape.hpp>

using namespace pgsync;

struct Qualified {
    static constexpr std::string_view table = "inventory.booking";
    int id;
};
static_assert(shape_of<Qualified>.root().schema == "inventory" &&
              shape_of<Qualified>.root().table == "booking");

struct Literal {
    static constexpr char table[] = "inventory.booking";
    int id;
};
static_assert(shape_of<Literal>.root().schema == "inventory" && shape_of<Literal>.root().table == "booking");

// With a schema of its own a table's name may hold a dot.
struct Dotted {
    static constexpr std::string_view schema = "a.b";
    static constexpr std::string_view table = "c.d";
    int id;
};
static_assert(shape_of<Dotted>.root().schema == "a.b" && shape_of<Dotted>.root().table == "c.d");

struct SchemaOnly {
    static constexpr std::string_view schema = "inventory";
    int id;
};
static_assert(shape_of<SchemaOnly>.root().schema == "inventory");
static_assert(shape_of<SchemaOnly>.root().table == "schema_only");

struct Quoted {
    static constexpr std::string_view schema = "sche\"ma";
    static constexpr std::string_view table = "ta\"ble; DROP TABLE x --";
    key<column<int, "the \"key\"">> number;
    column<named<std::string, "say \"hi\" \\ it's\n\t\x01">, "it's"> text;
};
struct quoted : pgsync::index<Quoted> {};
static_assert(compiled<quoted>.keys_query ==
              "SELECT n0.\"the \"\"key\"\"\"::text, row_to_json(d0.*) "
              "FROM \"sche\"\"ma\".\"ta\"\"ble; DROP TABLE x --\" n0 CROSS JOIN LATERAL "
              "(SELECT n0.\"the \"\"key\"\"\" AS \"number\", "
              "n0.\"it's\" AS \"say \"\"hi\"\" \\ it's\n\t\x01\") d0 WHERE n0.\"the \"\"key\"\"\" = ANY($1)");
static_assert(compiled<quoted>.properties.starts_with(
    R"({"number":{"type":"integer"},"say \"hi\" \\ it's\u000a\u0009\u0001":{"type":"text",)"));

// 63 bytes are the most PostgreSQL keeps, of names and of aliases.
struct Longest {
    static constexpr std::string_view table =
        "t23456789_123456789_123456789_123456789_123456789_123456789_123";
    int id;
    column<int, "c23456789_123456789_123456789_123456789_123456789_123456789_123"> amount;
    named<int, "j23456789_123456789_123456789_123456789_123456789_123456789_123"> other;
};
struct longest : pgsync::index<Longest> {};
static_assert(shape_of<Longest>.root().table.size() == 63);
static_assert(compiled<longest>.keys_query.find("row_to_json") != std::string_view::npos);

// One byte more in a JSON key, and an alias cannot carry it: only that object is built the other way.
struct Child {
    int id;
    named<int, "j23456789_123456789_123456789_123456789_123456789_123456789_1234"> wordy;
    hidden<int> secret;
    named<std::string, "it's"> plain;
};
struct Parent {
    int id;
    belongs_to<Child> child;
};
struct parents : pgsync::index<Parent> {};
static_assert(compiled<parents>.keys_query ==
              "SELECT n0.\"id\"::text, row_to_json(d0.*) FROM \"parent\" n0 LEFT JOIN LATERAL (SELECT "
              "json_build_object('id', n1.\"id\", "
              "'j23456789_123456789_123456789_123456789_123456789_123456789_1234', n1.\"wordy\", "
              "'it''s', n1.\"plain\") AS doc FROM \"child\" n1 WHERE n1.\"id\" = n0.\"child_id\") j1 ON true "
              "CROSS JOIN LATERAL (SELECT n0.\"id\" AS \"id\", j1.doc AS \"child\") d0 "
              "WHERE n0.\"id\" = ANY($1)");

// The name of a relation can be the long one, too.
struct Wide {
    int id;
    named<has_many<Child>, "a relation can have a JSON key of more than sixty-three bytes as well"> children;
};
struct wides : pgsync::index<Wide> {};
static_assert(compiled<wides>.keys_query.starts_with(
    "SELECT n0.\"id\"::text, json_build_object('id', n0.\"id\", "
    "'a relation can have a JSON key of more than sixty-three bytes as well', coalesce(j1.doc, '[]')) "
    "FROM \"wide\" n0 LEFT JOIN LATERAL (SELECT json_agg(json_build_object("));
