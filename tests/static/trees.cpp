// How nodes hang together: order, depth, one table at several nodes, and the SQL of each kind of relation.
#include <pgsync/shape.hpp>

using namespace pgsync;

// Members keep the order of their declaration, columns and relations mixed.
namespace mixed {
struct Guest {
    int id;
};
struct Review {
    int id;
};
struct Booking {
    has_many<Review> reviews;
    int id;
    belongs_to<Guest> guest;
    std::string note;
};
struct bookings : pgsync::index<Booking> {};
static_assert(shape_of<Booking>.nodes[1].json == "reviews" && shape_of<Booking>.nodes[1].ordinal == 0);
static_assert(shape_of<Booking>.nodes[2].json == "guest" && shape_of<Booking>.nodes[2].ordinal == 2);
static_assert(
    compiled<bookings>.keys_query ==
    "SELECT n0.\"id\"::text, row_to_json(d0.*) FROM \"booking\" n0"
    " LEFT JOIN LATERAL (SELECT json_agg(row_to_json(d1.*) ORDER BY n1.\"id\") AS doc FROM \"review\" n1"
    " CROSS JOIN LATERAL (SELECT n1.\"id\" AS \"id\") d1 WHERE n1.\"booking_id\" = n0.\"id\") j1 ON true"
    " LEFT JOIN LATERAL (SELECT row_to_json(d2.*) AS doc FROM \"guest\" n2"
    " CROSS JOIN LATERAL (SELECT n2.\"id\" AS \"id\") d2 WHERE n2.\"id\" = n0.\"guest_id\") j2 ON true"
    " CROSS JOIN LATERAL (SELECT coalesce(j1.doc, '[]') AS \"reviews\", n0.\"id\" AS \"id\","
    " j2.doc AS \"guest\", n0.\"note\" AS \"note\") d0 WHERE n0.\"id\" = ANY($1)");
// A page aggregates the to-many rows of all its documents at once.
static_assert(
    compiled<bookings>.page_query ==
    "SELECT n0.\"id\"::text, row_to_json(d0.*) FROM \"booking\" n0"
    " LEFT JOIN (SELECT n1.\"booking_id\" AS l1, json_agg(row_to_json(d1.*) ORDER BY n1.\"id\") AS doc"
    " FROM \"review\" n1 CROSS JOIN LATERAL (SELECT n1.\"id\" AS \"id\") d1"
    " WHERE (n1.\"booking_id\") >= ($1) AND (n1.\"booking_id\") <= ($2) GROUP BY n1.\"booking_id\") j1"
    " ON j1.l1 = n0.\"id\""
    " LEFT JOIN LATERAL (SELECT row_to_json(d2.*) AS doc FROM \"guest\" n2"
    " CROSS JOIN LATERAL (SELECT n2.\"id\" AS \"id\") d2 WHERE n2.\"id\" = n0.\"guest_id\") j2 ON true"
    " CROSS JOIN LATERAL (SELECT coalesce(j1.doc, '[]') AS \"reviews\", n0.\"id\" AS \"id\","
    " j2.doc AS \"guest\", n0.\"note\" AS \"note\") d0 WHERE (n0.\"id\") >= ($1) AND (n0.\"id\") <= ($2)");
static_assert(compiled<bookings>.properties ==
              R"({"reviews":{"properties":{"id":{"type":"integer"}}},"id":{"type":"integer"},)"
              R"("guest":{"properties":{"id":{"type":"integer"}}},)"
              R"("note":{"type":"text","fields":{"keyword":{"type":"keyword","ignore_above":8191}}}})");
static_assert(compiled<bookings>.first_bounds_query ==
              "WITH page AS (SELECT n0.\"id\" AS k1 FROM \"booking\" n0 WHERE n0.\"id\" IS NOT NULL "
              "ORDER BY n0.\"id\" LIMIT $1)"
              " SELECT lo.k1::text, hi.k1::text, (SELECT count(*) FROM page)::text"
              " FROM (SELECT * FROM page ORDER BY k1 LIMIT 1) lo,"
              " (SELECT * FROM page ORDER BY k1 DESC LIMIT 1) hi");
static_assert(compiled<bookings>.next_bounds_query.find(
                  " FROM \"booking\" n0 WHERE (n0.\"id\") > ($2) ORDER BY n0.\"id\" LIMIT $1)") !=
              std::string_view::npos);
}  // namespace mixed

// Keys of text may sort differently in the two tables: such to-many rows are looked up one document at a
// time.
namespace text_key {
struct Review {
    int id;
};
struct Booking {
    key<std::string> code;
    has_many<Review, foreign_key<"booking_code">> reviews;
};
struct bookings : pgsync::index<Booking> {};
static_assert(compiled<bookings>.page_query.find("GROUP BY") == std::string_view::npos);
static_assert(compiled<bookings>.page_query.find(" WHERE n1.\"booking_code\" = n0.\"code\") j1 ON true") !=
              std::string_view::npos);
struct Keyword {
    key<keyword> code;
    has_many<Review> reviews;
};
struct keywords : pgsync::index<Keyword> {};
static_assert(compiled<keywords>.page_query.find("GROUP BY") == std::string_view::npos);
struct Unique {
    key<uuid> code;
    has_many<Review> reviews;
};
struct uniques : pgsync::index<Unique> {};
static_assert(compiled<uniques>.page_query.find("GROUP BY n1.\"unique_id\"") != std::string_view::npos);
}  // namespace text_key

// has_one takes the first by key; inside a to-many it is still at most one row.
namespace one {
struct Passport {
    key<int> country, number;
};
struct Guest {
    int id;
    has_one<Passport> passport;
};
struct guests : pgsync::index<Guest> {};
static_assert(compiled<guests>.page_query.find(
                  "FROM \"passport\" n1 CROSS JOIN LATERAL (SELECT n1.\"country\" AS \"country\", "
                  "n1.\"number\" AS \"number\") d1 WHERE n1.\"guest_id\" = n0.\"id\" "
                  "ORDER BY n1.\"country\", n1.\"number\" LIMIT 1) j1 ON true") != std::string_view::npos);
static_assert(compiled<guests>.page_query.find("coalesce") == std::string_view::npos);
}  // namespace one

// One table at several nodes, also at several depths: each has its own place, name and route.
namespace several {
struct City {
    int id;
    std::string name;
};
struct Hotel {
    int id;
    belongs_to<City> city;
};
struct Trip {
    int id;
    belongs_to<City> origin;
    belongs_to<City, foreign_key<"to_city">> destination;
    has_many<Hotel> hotels;
    has_many<City, foreign_key<"visited_on">> stops;
};
constexpr auto shape = shape_of<Trip>;
static_assert(shape.nodes.size() == 6);
static_assert(shape.nodes[1].member == "origin" && shape.nodes[2].member == "destination");
static_assert(shape.nodes[4].member == "city" && shape.nodes[4].parent == 3 && shape.nodes[4].depth == 2);
static_assert(shape.nodes[5].member == "stops" && shape.nodes[5].depth == 1);
static_assert(same_table(shape.nodes[1], shape.nodes[2]) && same_table(shape.nodes[1], shape.nodes[4]));
static_assert(!same_table(shape.nodes[0], shape.nodes[1]));
constexpr auto routes = routes_of<Trip>;
static_assert(routes[1].owners_query ==
              "SELECT DISTINCT n0.\"id\"::text FROM \"trip\" n0 WHERE n0.\"origin_id\" = ANY($1) "
              "AND n0.\"id\" IS NOT NULL");
static_assert(routes[2].owners_query ==
              "SELECT DISTINCT n0.\"id\"::text FROM \"trip\" n0 WHERE n0.\"to_city\" = ANY($1) "
              "AND n0.\"id\" IS NOT NULL");
static_assert(routes[4].owners_query ==
              "SELECT DISTINCT n3.\"trip_id\"::text FROM \"hotel\" n3 WHERE n3.\"city_id\" = ANY($1) "
              "AND n3.\"trip_id\" IS NOT NULL");
static_assert(routes[5].direct && routes[5].columns[0] == "visited_on");
struct ElsewhereCity {
    static constexpr std::string_view table = "elsewhere.city";
    int id;
};
static_assert(!same_table(shape.nodes[1], shape_of<ElsewhereCity>.root()));
}  // namespace several

// Eight tables deep, to-many and to-one in turn.
namespace deep {
struct L7 {
    int id;
    std::string name;
};
struct L6 {
    int id;
    has_many<L7> down;
};
struct L5 {
    int id;
    belongs_to<L6> down;
};
struct L4 {
    int id;
    has_one<L5> down;
};
struct L3 {
    int id;
    has_many<L4> down;
};
struct L2 {
    int id;
    belongs_to<L3> down;
};
struct L1 {
    int id;
    has_many<L2> down;
};
struct L0 {
    int id;
    has_many<L1> down;
};
constexpr auto shape = shape_of<L0>;
static_assert(shape.nodes.size() == 8 && shape.nodes[7].depth == 7 && shape.nodes[7].parent == 6);
static_assert(shape.nodes[7].table == "l7" && shape.links_of(shape.nodes[7])[0].child == "l6_id");
constexpr auto routes = routes_of<L0>;
static_assert(routes[1].direct && !routes[2].direct);
// From the parent, as the database has it, up to the first table that holds the root's key.
static_assert(routes[2].owners_query ==
              "SELECT DISTINCT n1.\"l0_id\"::text FROM \"l1\" n1 WHERE n1.\"id\" = ANY($1) "
              "AND n1.\"l0_id\" IS NOT NULL");
static_assert(routes[7].columns[0] == "l6_id");
static_assert(routes[7].owners_query ==
              "SELECT DISTINCT n1.\"l0_id\"::text FROM \"l6\" n6"
              " JOIN \"l5\" n5 ON n5.\"down_id\" = n6.\"id\""
              " JOIN \"l4\" n4 ON n4.\"id\" = n5.\"l4_id\""
              " JOIN \"l3\" n3 ON n3.\"id\" = n4.\"l3_id\""
              " JOIN \"l2\" n2 ON n2.\"down_id\" = n3.\"id\""
              " JOIN \"l1\" n1 ON n1.\"id\" = n2.\"l1_id\""
              " WHERE n6.\"id\" = ANY($1) AND n1.\"l0_id\" IS NOT NULL");
struct levels : pgsync::index<L0> {};
static_assert(compiled<levels>.properties ==
              R"({"id":{"type":"integer"},"down":{"properties":)"
              R"({"id":{"type":"integer"},"down":{"properties":)"
              R"({"id":{"type":"integer"},"down":{"properties":)"
              R"({"id":{"type":"integer"},"down":{"properties":)"
              R"({"id":{"type":"integer"},"down":{"properties":)"
              R"({"id":{"type":"integer"},"down":{"properties":)"
              R"({"id":{"type":"integer"},"down":{"properties":)"
              R"({"id":{"type":"integer"},"name":)"
              R"({"type":"text","fields":{"keyword":{"type":"keyword","ignore_above":8191}}})"
              R"(}}}}}}}}}}}}}}})");
}  // namespace deep

// A struct of many members, and one that is shared by two shapes.
namespace wide {
struct Shared {
    int id;
    std::string name;
};
struct Wide {
    int id, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4,
        c5, c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9,
        f0, f1, f2, f3, f4, f5, f6, f7, f8, f9;
    belongs_to<Shared> shared;
};
struct Narrow {
    int id;
    belongs_to<Shared> shared;
};
struct wides : pgsync::index<Wide> {};
struct narrows : pgsync::index<Narrow> {};
static_assert(shape_of<Wide>.columns.size() == 62 && shape_of<Wide>.columns[59].json == "f9");
// A column may be called like an alias of the query.
static_assert(compiled<wides>.keys_query.find("row_to_json(d0.*)") != std::string_view::npos);
static_assert(shape_of<Narrow>.nodes[1].table == shape_of<Wide>.nodes[1].table);
}  // namespace wide
