// Tables, columns and JSON keys that follow from C++ names alone.
#include <pgsync/shape.hpp>

namespace deep::inside {
struct Booking {
    int id;
};
struct OrderItem {
    int id;
};
struct HTTPRequest {
    int id;
};
struct V2Order {
    int id;
};
struct Already_Snaked {
    int id;
};
struct lower {
    int id;
};
struct PostgreSQL15Server {
    int id;
};
}  // namespace deep::inside

namespace {
struct Hidden {
    int id;
};
}  // namespace

struct Outer {
    struct Inner {
        int id;
    };
    int id;
};

template <typename Row>
constexpr std::string_view table() {
    return pgsync::shape_of<Row>.root().table;
}

static_assert(table<deep::inside::Booking>() == "booking");
static_assert(table<deep::inside::OrderItem>() == "order_item");
static_assert(table<deep::inside::HTTPRequest>() == "http_request");
static_assert(table<deep::inside::V2Order>() == "v2_order");
static_assert(table<deep::inside::Already_Snaked>() == "already_snaked");
static_assert(table<deep::inside::lower>() == "lower");
static_assert(table<deep::inside::PostgreSQL15Server>() == "postgre_sql15_server");
static_assert(table<Hidden>() == "hidden");
static_assert(table<Outer::Inner>() == "inner");
static_assert(pgsync::shape_of<Outer::Inner>.root().type == "Inner");
static_assert(pgsync::shape_of<Hidden>.root().schema.empty());

struct Words {
    int id;
    bool x;
    std::string camelCase, with_underscore_, ünïcode, _leading;
};
constexpr auto words = pgsync::shape_of<Words>;
static_assert(words.nodes.size() == 1 && words.columns.size() == 6 && words.links.empty());
static_assert(words.columns[1].member == "x" && words.columns[1].name == "x" && words.columns[1].json == "x");
static_assert(words.columns[2].name == "camelCase");
static_assert(words.columns[3].name == "with_underscore_");
static_assert(words.columns[4].json == "ünïcode");
static_assert(words.columns[5].name == "_leading");

// The index is called like its struct, unless it says otherwise.
struct reservations : pgsync::index<deep::inside::Booking> {};
struct Reservations : pgsync::index<deep::inside::Booking> {
    static constexpr std::string_view name = "all-reservations";
};
struct reservations_as_literal : pgsync::index<deep::inside::Booking> {
    static constexpr char name[] = "a-literal";
};
static_assert(pgsync::compiled<reservations>.name == "reservations");
static_assert(pgsync::compiled<Reservations>.name == "all-reservations");
static_assert(pgsync::compiled<reservations_as_literal>.name == "a-literal");
