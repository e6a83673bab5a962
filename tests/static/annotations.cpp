// Every annotation, alone and nested in every sensible order, and every type of value.
#include <pgsync/shape.hpp>

using namespace pgsync;

struct Everything {
    key<int> k;
    column<int, "db"> c;
    named<int, "js"> n;
    hidden<int> h;
    std::optional<int> o;

    key<column<int, "db">> kc;
    column<key<int>, "db"> ck;
    key<named<int, "js1">> kn;
    named<key<int>, "js2"> nk;
    key<hidden<int>> kh;
    hidden<key<int>> hk;
    column<named<int, "js3">, "db"> cn;
    named<column<int, "db">, "js4"> nc;
    column<hidden<int>, "db"> ch;
    hidden<column<int, "db">> hc;
    column<std::optional<int>, "db"> co;
    std::optional<column<int, "db">> oc;
    named<std::optional<int>, "js5"> no;
    std::optional<named<int, "js6">> on;
    hidden<std::optional<int>> ho;

    key<column<named<hidden<uuid>, "never shown">, "db">> all;
    named<hidden<column<std::optional<std::string>, "db">>, "never shown"> most;
};

constexpr auto shape = shape_of<Everything>;
static_assert(shape.columns.size() == 22);

constexpr bool is(std::size_t i, std::string_view member, std::string_view name, std::string_view json,
                  std::string_view flags) {
    const auto& c = shape.columns[i];
    const auto has = [&](char flag) { return flags.find(flag) != std::string_view::npos; };
    return c.member == member && c.name == name && c.json == json && c.key == has('k') &&
           c.hidden == has('h') && c.nullable == has('o') && c.ordinal == i;
}
static_assert(is(0, "k", "k", "k", "k"));
static_assert(is(1, "c", "db", "c", ""));
static_assert(is(2, "n", "n", "js", ""));
static_assert(is(3, "h", "h", "h", "h"));
static_assert(is(4, "o", "o", "o", "o"));
static_assert(is(5, "kc", "db", "kc", "k") && is(6, "ck", "db", "ck", "k"));
static_assert(is(7, "kn", "kn", "js1", "k") && is(8, "nk", "nk", "js2", "k"));
static_assert(is(9, "kh", "kh", "kh", "kh") && is(10, "hk", "hk", "hk", "kh"));
static_assert(is(11, "cn", "db", "js3", "") && is(12, "nc", "db", "js4", ""));
static_assert(is(13, "ch", "db", "ch", "h") && is(14, "hc", "db", "hc", "h"));
static_assert(is(15, "co", "db", "co", "o") && is(16, "oc", "db", "oc", "o"));
static_assert(is(17, "no", "no", "js5", "o") && is(18, "on", "on", "js6", "o"));
static_assert(is(19, "ho", "ho", "ho", "ho"));
static_assert(is(20, "all", "db", "never shown", "kh") && shape.columns[20].kind == value_kind::uuid);
static_assert(is(21, "most", "db", "never shown", "ho") && shape.columns[21].kind == value_kind::text);
static_assert(shape.key_size(shape.root()) == 8);
static_assert(shape.key_of(shape.root(), 1).member == "kc" && shape.key_of(shape.root(), 7).member == "all");

// What is hidden is in no document and in no mapping, but a hidden key still finds its row.
struct Secret {
    key<hidden<int>> number;
    hidden<std::string> token;
    std::string shown;
};
struct secrets : pgsync::index<Secret> {};
static_assert(compiled<secrets>.keys_query ==
              "SELECT n0.\"number\"::text, row_to_json(d0.*) FROM \"secret\" n0 CROSS JOIN LATERAL "
              "(SELECT n0.\"shown\" AS \"shown\") d0 WHERE n0.\"number\" = ANY($1)");
static_assert(compiled<secrets>.properties ==
              R"({"shown":{"type":"text","fields":{"keyword":{"type":"keyword","ignore_above":8191}}}})");

// A JSON key of a hidden member is free for another.
struct Reused {
    int id;
    hidden<std::string> name;
    column<named<std::string, "name">, "display_name"> display_name;
};
static_assert(shape_of<Reused>.columns[2].json == "name");

struct Values {
    int id;
    bool boolean;
    short int16;
    std::int16_t exactly16;
    int int32;
    std::int32_t exactly32;
    long int64;
    long long also64;
    std::int64_t exactly64;
    float float32;
    double float64;
    decimal<12, 4> money;
    decimal<5> whole;
    std::string words;
    keyword word;
    uuid unique;
    date day;
    timestamp local;
    timestamptz instant;
};
constexpr value_kind expected_kinds[] = {
    value_kind::int32,   value_kind::boolean,   value_kind::int16,      value_kind::int16,
    value_kind::int32,   value_kind::int32,     value_kind::int64,      value_kind::int64,
    value_kind::int64,   value_kind::float32,   value_kind::float64,    value_kind::decimal,
    value_kind::decimal, value_kind::text,      value_kind::keyword,    value_kind::uuid,
    value_kind::date,    value_kind::timestamp, value_kind::timestamptz};
constexpr bool kinds_are_right() {
    const auto columns = shape_of<Values>.columns;
    if (columns.size() != std::size(expected_kinds)) return false;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].kind != expected_kinds[i]) return false;
    }
    return true;
}
static_assert(kinds_are_right());

struct values : pgsync::index<Values> {};
static_assert(compiled<values>.properties.starts_with(
    R"({"id":{"type":"integer"},"boolean":{"type":"boolean"},"int16":{"type":"short"},)"
    R"("exactly16":{"type":"short"},"int32":{"type":"integer"},"exactly32":{"type":"integer"},)"
    R"("int64":{"type":"long"},"also64":{"type":"long"},"exactly64":{"type":"long"},)"
    R"("float32":{"type":"float","ignore_malformed":true},)"
    R"("float64":{"type":"double","ignore_malformed":true},)"
    R"("money":{"type":"double","ignore_malformed":true},)"
    R"("whole":{"type":"double","ignore_malformed":true},)"));
static_assert(compiled<values>.properties.ends_with(
    R"("word":{"type":"keyword","ignore_above":8191},"unique":{"type":"keyword"},)"
    R"("day":{"type":"date","format":"strict_date_optional_time","ignore_malformed":true},)"
    R"("local":{"type":"date","format":"strict_date_optional_time","ignore_malformed":true},)"
    R"("instant":{"type":"date","format":"strict_date_optional_time","ignore_malformed":true}})"));
