// Which row belongs to which: conventions, foreign_key, references, composite keys, and what follows for
// routes.
#include <algorithm>
#include <initializer_list>
#include <utility>

#include <pgsync/shape.hpp>

using namespace pgsync;

constexpr bool links_are(const shape_view& shape, std::size_t node,
                         std::initializer_list<std::pair<std::string_view, std::string_view>> expected) {
    const auto links = shape.links_of(shape.nodes[node]);
    if (links.size() != expected.size()) return false;
    std::size_t i = 0;
    for (const auto& [parent, child] : expected) {
        if (links[i].parent != parent || links[i].child != child) return false;
        ++i;
    }
    return true;
}
constexpr bool columns_are(std::span<const std::string_view> columns,
                           std::initializer_list<std::string_view> expected) {
    return std::equal(columns.begin(), columns.end(), expected.begin(), expected.end());
}

// Convention, with a key of another name than id and a member of another name than the table.
namespace convention {
struct Guest {
    key<std::string> email;
};
struct Review {
    int id;
};
struct Passport {
    int id;
};
struct RoomBooking {
    key<column<int, "no">> number;
    belongs_to<Guest> visitor;
    has_many<Review> reviews;
    has_one<Passport> passport;
};
constexpr auto shape = shape_of<RoomBooking>;
static_assert(links_are(shape, 1, {{"visitor_id", "email"}}));
static_assert(links_are(shape, 2, {{"no", "room_booking_id"}}));
static_assert(links_are(shape, 3, {{"no", "room_booking_id"}}));
constexpr auto routes = routes_of<RoomBooking>;
static_assert(routes.size() == 4);
static_assert(routes[0].node == 0 && routes[0].direct && routes[0].owners_query.empty());
static_assert(columns_are(routes[0].columns, {"no"}));
static_assert(!routes[1].direct && columns_are(routes[1].columns, {"email"}));
static_assert(routes[1].owners_query ==
              "SELECT DISTINCT n0.\"no\"::text FROM \"room_booking\" n0 WHERE n0.\"visitor_id\" = ANY($1) "
              "AND n0.\"no\" IS NOT NULL");
static_assert(routes[2].direct && columns_are(routes[2].columns, {"room_booking_id"}));
static_assert(routes[3].direct && columns_are(routes[3].columns, {"room_booking_id"}));
}  // namespace convention

// A column that is not the key: never direct, whatever it is called.
namespace other_column {
struct Note {
    int id;
};
struct Topic {
    int id;
    has_many<Note, foreign_key<"topic">, references<"slug">> notes;
    has_one<Note, foreign_key<"pinned_to">, references<"id">> pinned;
};
static_assert(links_are(shape_of<Topic>, 1, {{"slug", "topic"}}));
static_assert(!links_to_key(shape_of<Topic>, shape_of<Topic>.nodes[1]));
static_assert(!routes_of<Topic>[1].direct && columns_are(routes_of<Topic>[1].columns, {"topic"}));
static_assert(routes_of<Topic>[1].owners_query ==
              "SELECT DISTINCT n0.\"id\"::text FROM \"topic\" n0 WHERE n0.\"slug\" = ANY($1) "
              "AND n0.\"id\" IS NOT NULL");
static_assert(links_to_key(shape_of<Topic>, shape_of<Topic>.nodes[2]) && routes_of<Topic>[2].direct);
}  // namespace other_column

// Composite keys, with the foreign key's columns in another order than the key's.
namespace composite {
struct Serial {
    key<keyword> number;
};
struct Line {
    key<int> shop;
    key<int> order_number;
    key<short> position;
    has_many<Serial, foreign_key<"shop", "order_number", "position">> serials;
    has_many<Serial, foreign_key<"shop", "order_number">, references<"shop", "order_number">> siblings;
};
struct Order {
    key<int> shop;
    key<int> number;
    std::string note;
    has_many<Line, foreign_key<"order_number", "shop">, references<"number", "shop">> lines;
};

constexpr auto shape = shape_of<Order>;
constexpr auto routes = routes_of<Order>;
static_assert(shape.key_size(shape.root()) == 2 && shape.key_size(shape.nodes[1]) == 3);
static_assert(links_are(shape, 1, {{"number", "order_number"}, {"shop", "shop"}}));
static_assert(columns_are(routes[0].columns, {"shop", "number"}));
// Direct: the values are the key, so they come in its order; the query takes them in the same.
static_assert(routes[1].direct && columns_are(routes[1].columns, {"shop", "order_number"}));
static_assert(routes[1].owners_query ==
              "SELECT DISTINCT n0.\"shop\"::text, n0.\"number\"::text FROM \"order\" n0 "
              "WHERE (n0.\"shop\", n0.\"number\") IN (SELECT * FROM unnest($1, $2) k(k1, k2))");
static_assert(link_for_key_part(shape, shape.nodes[1], 0) == "shop");
static_assert(link_for_key_part(shape, shape.nodes[1], 1) == "order_number");
// One below holds the key of a table that holds the root's: that table is asked, the root is not.
static_assert(links_to_key(shape, shape.nodes[2]) && !routes[2].direct);
static_assert(columns_are(routes[2].columns, {"shop", "order_number", "position"}));
static_assert(routes[2].owners_query ==
              "SELECT DISTINCT n1.\"shop\"::text, n1.\"order_number\"::text FROM \"line\" n1 "
              "WHERE (n1.\"shop\", n1.\"order_number\", n1.\"position\") IN "
              "(SELECT * FROM unnest($1, $2, $3) k(k1, k2, k3)) "
              "AND n1.\"shop\" IS NOT NULL AND n1.\"order_number\" IS NOT NULL");
// Part of a key is not the key.
static_assert(!links_to_key(shape, shape.nodes[3]) && !routes[3].direct);

// A foreign key outside the primary key, of several columns, to columns that are no key.
struct Country {
    int id;
};
struct Address {
    key<int> number;
    belongs_to<Country, foreign_key<"country", "region">, references<"iso", "region code">> country;
};
static_assert(links_are(shape_of<Address>, 1, {{"country", "iso"}, {"region", "region code"}}));
static_assert(columns_are(routes_of<Address>[1].columns, {"iso", "region code"}));
static_assert(!routes_of<Address>[1].direct);
static_assert(routes_of<Address>[1].owners_query ==
              "SELECT DISTINCT n0.\"number\"::text FROM \"address\" n0 WHERE (n0.\"country\", n0.\"region\") "
              "IN (SELECT * FROM unnest($1, $2) k(k1, k2)) "
              "AND n0.\"number\" IS NOT NULL");

// The same column twice does not make the whole key.
struct Half {
    int id;
};
struct Whole {
    key<int> a, b;
    has_many<Half, foreign_key<"x", "y">, references<"a", "a">> halves;
};
static_assert(!links_to_key(shape_of<Whole>, shape_of<Whole>.nodes[1]) && !routes_of<Whole>[1].direct);
}  // namespace composite

// A marked key puts the member id out of office.
namespace marked {
struct Thing {
    int id;
    key<uuid> reference;
};
static_assert(shape_of<Thing>.key_size(shape_of<Thing>.root()) == 1);
static_assert(shape_of<Thing>.key_of(shape_of<Thing>.root(), 0).name == "reference");
static_assert(!shape_of<Thing>.columns[0].key);
// The member is called id, the column is not.
struct Other {
    column<int, "pk"> id;
};
static_assert(shape_of<Other>.columns[0].key && shape_of<Other>.columns[0].name == "pk");
}  // namespace marked
