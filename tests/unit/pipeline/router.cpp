#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/pipeline/router.hpp>
#include <pgsync/queue/memory_queue.hpp>
#include <pgsync/shape.hpp>

namespace change = pgsync::postgres::change;
using pgsync::postgres::field;
using pgsync::postgres::field_kind;
using pgsync::postgres::lsn;
using pgsync::postgres::old_row;

namespace router_test {

struct Guest {
    int id;
    std::string name;
};
struct Review {
    int id;
    std::string comment;
};
struct Booking {
    int id;
    std::string note;
    pgsync::belongs_to<Guest> guest;
    pgsync::has_many<Review> reviews;
};
struct bookings : pgsync::index<Booking> {};

inline field text(std::string_view value) { return {field_kind::text, value}; }
inline const field null{field_kind::null, {}};
inline const field unchanged{field_kind::unchanged, {}};

constexpr std::uint32_t booking_oid = 1;
constexpr std::uint32_t guest_oid = 2;
constexpr std::uint32_t review_oid = 3;

/// A router for the shape above, whose tables have been described.
struct fixture {
    pgsync::queue::memory_queue changes{{3}};
    std::vector<pgsync::postgres::index_binding> bindings{{&pgsync::compiled<bookings>,
                                                           {23},
                                                           {{booking_oid, R"("public"."booking")", {23}},
                                                            {guest_oid, R"("public"."guest")", {23}},
                                                            {review_oid, R"("public"."review")", {23}}}}};
    int looks = 0;
    pgsync::pipeline::router<pgsync::queue::memory_queue> router{
        bindings, changes, {}, {}, [this] { ++looks; }};

    fixture() {
        describe(booking_oid, "booking",
                 {{true, "id", 23, -1}, {false, "note", 25, -1}, {false, "guest_id", 23, -1}});
        describe(guest_oid, "guest", {{true, "id", 23, -1}, {false, "name", 25, -1}});
        describe(review_oid, "review",
                 {{true, "id", 23, -1},
                  {true, "comment", 25, -1},
                  {true, "booking_id", 23, -1},
                  {true, "seen", 16, -1}});
        changes.begin(1, {});
    }
    void describe(std::uint32_t oid, std::string_view name,
                  const std::vector<change::relation_column>& columns) {
        router.relation({oid, "public", name, 'd', columns});
    }
    pgsync::queue::index_batch take() {
        changes.reached(lsn{100});
        auto todo = changes.take(std::chrono::milliseconds(0));
        if (todo) return todo->batch.indices[0];
        pgsync::queue::index_batch nothing;
        nothing.join_keys.resize(3);
        return nothing;
    }
};
using set = std::unordered_set<std::string>;

}  // namespace router_test

using namespace router_test;

TEST_CASE_METHOD(fixture, "a row of the root is its own owner") {
    const std::vector<field> row{text("7"), text("x"), text("5")};
    router.insert({booking_oid, row});
    CHECK(take().keys == set{"7"});
}

TEST_CASE_METHOD(fixture, "a root whose key changed is two documents: one to delete, one to write") {
    const std::vector<field> before{text("7"), null, null};
    const std::vector<field> after{text("8"), text("x"), text("5")};
    router.update({booking_oid, old_row::key, before, after});
    CHECK(take().keys == set{"7", "8"});
}

TEST_CASE_METHOD(fixture, "a child that moved concerns its former and its new owner, without a query") {
    const std::vector<field> before{text("1"), text("x"), text("7"), text("f")};
    const std::vector<field> after{text("1"), text("x"), text("8"), text("f")};
    router.update({review_oid, old_row::full, before, after});
    const auto todo = take();
    CHECK(todo.keys == set{"7", "8"});
    CHECK(todo.join_keys[2].empty());
}

TEST_CASE_METHOD(fixture, "a row that the root points at is looked up by its key") {
    const std::vector<field> row{text("5"), text("Ann")};
    router.update({guest_oid, old_row::none, {}, row});
    const auto todo = take();
    CHECK(todo.keys.empty());
    CHECK(todo.join_keys[1] == set{"5"});
}

TEST_CASE_METHOD(fixture, "a child that belongs to nobody concerns nobody") {
    const std::vector<field> row{text("1"), text("x"), null, text("f")};
    router.insert({review_oid, row});
    router.remove({review_oid, old_row::full, row});
    CHECK(take().empty());
}

TEST_CASE_METHOD(fixture,
                 "an update of columns that the shape does not use is dropped where the old row shows it") {
    const std::vector<field> before{text("1"), text("long"), text("7"), text("f")};
    const std::vector<field> seen{text("1"), unchanged, text("7"), text("t")};
    router.update({review_oid, old_row::full, before, seen});
    CHECK(take().empty());
    const std::vector<field> changed{text("1"), text("short"), text("7"), text("f")};
    router.update({review_oid, old_row::full, before, changed});
    CHECK(take().keys == set{"7"});
}

TEST_CASE_METHOD(fixture, "a linking value that is called unchanged is taken from the old row") {
    const std::vector<field> before{text("1"), text("x"), text("7"), text("f")};
    const std::vector<field> after{text("1"), text("y"), unchanged, text("f")};
    router.update({review_oid, old_row::full, before, after});
    CHECK(take().keys == set{"7"});
}

TEST_CASE_METHOD(fixture, "a deleted row of the root is looked up and found missing") {
    const std::vector<field> before{text("7"), null, null};
    router.remove({booking_oid, old_row::key, before});
    CHECK(take().keys == set{"7"});
}

TEST_CASE_METHOD(fixture,
                 "truncating the root looks at the index, truncating another table at the database") {
    const std::vector<std::uint32_t> both{booking_oid, review_oid};
    router.truncate({both, true, false});
    const auto todo = take();
    CHECK(todo.rescan_index);
    CHECK(todo.reload);
    const std::vector<std::uint32_t> other{guest_oid, 99};
    router.truncate({other, false, false});
    const auto second = take();
    CHECK_FALSE(second.rescan_index);
    CHECK(second.reload);
}

TEST_CASE_METHOD(fixture, "a column the shape needs that is gone is named") {
    try {
        describe(guest_oid, "guest", {{true, "id", 23, -1}});
        FAIL("no error");
    } catch (const pgsync::error& e) {
        CHECK(e.code() == pgsync::errc::catalog);
        CHECK(std::string(e.what()).find("\"name\"") != std::string::npos);
        CHECK(std::string(e.what()).find("guest") != std::string::npos);
    }
}

TEST_CASE_METHOD(fixture,
                 "rows from a time when a column was called otherwise, which is over, are not lost") {
    pgsync::pipeline::router<pgsync::queue::memory_queue> later(
        bindings, changes, {}, [](std::uint32_t, std::string_view) { return true; });
    const auto describe_later = [&](std::uint32_t oid, std::string_view name,
                                    const std::vector<change::relation_column>& columns) {
        later.relation({oid, "public", name, 'd', columns});
    };
    describe_later(guest_oid, "guest", {{true, "id", 23, -1}, {false, "called", 25, -1}});
    const std::vector<field> guest{text("7"), text("x")};
    later.update({guest_oid, old_row::full, guest, guest});
    const auto changed = take();
    CHECK(changed.join_keys[1] == set{"7"});
    CHECK_FALSE(changed.reload);
    // Without the column that leads to its owner nobody knows whom a row concerns.
    describe_later(review_oid, "review", {{true, "id", 23, -1}, {true, "comment", 25, -1}});
    const std::vector<field> review{text("8"), text("y")};
    later.insert({review_oid, review});
    CHECK(take().reload);
    // Of the root rows may have come, and others gone.
    describe_later(booking_oid, "booking", {{false, "note", 25, -1}, {false, "guest_id", 23, -1}});
    const std::vector<field> booking{text("z"), text("7")};
    later.insert({booking_oid, booking});
    const auto all = take();
    CHECK(all.reload);
    CHECK(all.rescan_index);
}

TEST_CASE_METHOD(fixture,
                 "updates and deletes under an identity that did not cover a link concern every document") {
    looks = 0;
    describe(review_oid, "review",
             {{true, "id", 23, -1}, {false, "comment", 25, -1}, {false, "booking_id", 23, -1}});
    CHECK(looks == 1);
    const std::vector<field> row{text("1"), text("x"), text("7")};
    router.insert({review_oid, row});
    const auto inserted = take();
    CHECK(inserted.keys == set{"7"});
    CHECK_FALSE(inserted.reload);
    router.update({review_oid, old_row::none, {}, row});
    const auto updated = take();
    CHECK(updated.keys == set{"7"});
    CHECK(updated.reload);
    const std::vector<field> before{text("1"), null, null};
    router.remove({review_oid, old_row::key, before});
    CHECK(take().reload);
}

TEST_CASE_METHOD(fixture, "a table that is not what it was at the start is looked at more closely") {
    looks = 0;
    const std::vector<change::relation_column> columns{{true, "id", 23, -1}, {false, "name", 25, -1}};
    describe(guest_oid, "guest", columns);
    CHECK(looks == 0);
    describe(guest_oid, "guest_old", columns);
    CHECK(looks == 1);
    describe(77, "guest", columns);  // another table by its name
    CHECK(looks == 2);
    describe(78, "stranger", columns);
    CHECK(looks == 3);
}

TEST_CASE_METHOD(fixture, "a row of a table that was never described is a protocol error") {
    const std::vector<field> row{text("1")};
    CHECK_THROWS_AS(router.insert({99, row}), pgsync::error);
    CHECK_THROWS_AS(router.insert({guest_oid, row}), pgsync::error);
}

namespace router_test {

struct Line {
    int id;
    pgsync::hidden<pgsync::expression<double, "price * quantity">> total;
};
struct Tag {
    int id;
};
struct Stats {
    pgsync::key<int> order_id;
};
struct Product {
    int id;
};
struct Person {
    int id;
};
struct Owner {
    int id;
    pgsync::belongs_to_any<"kind", "ref", pgsync::case_of<"person", Person>> subject;
};
struct Order {
    int id;
    pgsync::hidden<std::string> shop;
    pgsync::count<Line, pgsync::foreign_key<"order_id">, pgsync::where<"quantity > 0">> lines;
    pgsync::sum<Line, "total", pgsync::foreign_key<"order_id">> total;
    pgsync::has_many<
        Tag, pgsync::through<"order_tag", pgsync::foreign_key<"order_id">, pgsync::foreign_key<"tag_id">>>
        tags;
    pgsync::has_one<Stats, pgsync::foreign_key<"order_id">, pgsync::depends_on<Line, "order_id">,
                    pgsync::depends_on<Product>>
        stats;
};
struct orders : pgsync::index<Order> {
    static constexpr std::string_view routing = "shop";
    static constexpr std::string_view where = "NOT hidden";
};
constexpr auto& order_index = pgsync::compiled<orders>;

constexpr std::uint32_t order_oid = 1;
constexpr std::uint32_t line_oid = 2;
constexpr std::uint32_t tag_oid = 3;
constexpr std::uint32_t link_oid = 4;
constexpr std::uint32_t stats_oid = 5;
constexpr std::uint32_t product_oid = 6;
constexpr std::uint32_t line_2025_oid = 7;
constexpr std::uint32_t line_2026_oid = 8;

/// A router for an index that says about everything; line is partitioned, one of its partitions is new.
struct everything {
    pgsync::queue::memory_queue changes{{order_index.routes.size()}};
    std::vector<pgsync::postgres::index_binding> bindings{bind()};
    pgsync::pipeline::router<pgsync::queue::memory_queue> router{
        bindings, changes, [](std::uint32_t oid) {
            return oid == line_2026_oid ? std::vector<std::uint32_t>{line_oid} : std::vector<std::uint32_t>{};
        }};

    static pgsync::postgres::index_binding bind() {
        pgsync::postgres::index_binding bound{&order_index, {23}, {}};
        for (const auto& route : order_index.routes) {
            const auto& table = order_index.shape.nodes[route.node].table;
            const std::uint32_t oid = table == "order"       ? order_oid
                                      : table == "line"      ? line_oid
                                      : table == "tag"       ? tag_oid
                                      : table == "order_tag" ? link_oid
                                      : table == "product"   ? product_oid
                                                             : stats_oid;
            pgsync::postgres::route_binding each{oid, std::string(table), {23}};
            if (oid == line_oid) each.partitions = {line_2025_oid};
            bound.routes.push_back(each);
        }
        return bound;
    }
    everything() {
        router.relation({order_oid, "public", "order", 'f', order_columns});
        router.relation({link_oid, "public", "order_tag", 'd', link_columns});
        router.relation({tag_oid, "public", "tag", 'd', id_columns});
        router.relation({product_oid, "public", "product", 'd', product_columns});
        router.relation({line_2025_oid, "public", "line_2025", 'f', line_columns});
        router.relation({line_2026_oid, "public", "line_2026", 'f', line_columns});
        changes.begin(1, {});
    }
    pgsync::queue::index_batch take() {
        changes.reached(lsn{100});
        auto todo = changes.take(std::chrono::milliseconds(0));
        return todo ? todo->batch.indices[0] : pgsync::queue::index_batch{};
    }
    std::vector<change::relation_column> id_columns{{true, "id", 23, -1}};
    std::vector<change::relation_column> product_columns{{true, "id", 23, -1}, {false, "name", 25, -1}};
    std::vector<change::relation_column> order_columns{
        {true, "id", 23, -1}, {true, "shop", 25, -1}, {true, "hidden", 16, -1}};
    std::vector<change::relation_column> link_columns{{true, "order_id", 23, -1}, {true, "tag_id", 23, -1}};
    std::vector<change::relation_column> line_columns{{true, "id", 23, -1},
                                                      {true, "order_id", 23, -1},
                                                      {true, "price", 1700, -1},
                                                      {true, "quantity", 23, -1},
                                                      {true, "remark", 25, -1}};
};

}  // namespace router_test

TEST_CASE_METHOD(everything, "a routed root tells under which routings its document may be, old and new") {
    const std::vector<field> before{text("7"), text("north"), text("f")};
    const std::vector<field> after{text("7"), text("south"), text("f")};
    router.update({order_oid, old_row::full, before, after});
    const auto todo = take();
    CHECK(todo.keys == set{"7"});
    CHECK(todo.routings.at("7") == set{"north", "south"});
}

TEST_CASE_METHOD(everything, "where the index has a condition any column of the root may decide") {
    const std::vector<field> before{text("7"), text("north"), text("f")};
    const std::vector<field> after{text("7"), text("north"), text("t")};
    router.update({order_oid, old_row::full, before, after});
    CHECK(take().keys == set{"7"});
    router.update({order_oid, old_row::full, after, after});
    CHECK(take().empty());
}

TEST_CASE_METHOD(everything, "a row of a link table leads to its owner, the row behind it is asked for") {
    const std::vector<field> link{text("7"), text("3")};
    router.insert({link_oid, link});
    const auto direct = take();
    CHECK(direct.keys == set{"7"});
    const std::vector<field> tag{text("3")};
    router.update({tag_oid, old_row::none, {}, tag});
    const auto asked = take();
    CHECK(asked.keys.empty());
    std::size_t links = 0;
    for (const auto& route : asked.join_keys) links += route.size();
    CHECK(links == 1);
}

TEST_CASE_METHOD(everything, "rows of partitions count as their table's, also of one that is new") {
    const std::vector<field> line{text("1"), text("7"), text("2.50"), text("2"), null};
    router.insert({line_2025_oid, line});
    CHECK(take().keys == set{"7"});
    const std::vector<field> moved{text("1"), text("8"), text("2.50"), text("2"), null};
    router.update({line_2026_oid, old_row::full, line, moved});
    CHECK(take().keys == set{"7", "8"});
    const std::vector<std::uint32_t> gone{line_2026_oid};
    router.truncate({gone, false, false});
    CHECK(take().reload);
}

TEST_CASE_METHOD(everything, "a table that a view depends on without columns concerns every document") {
    const std::vector<field> row{text("1"), text("pen")};
    router.update({product_oid, old_row::none, {}, row});
    const auto todo = take();
    CHECK(todo.reload);
    CHECK(todo.keys.empty());
}

TEST_CASE("what a count over a condition, a case and a self-reference depend on") {
    using pgsync::used_columns;
    const auto& shape = pgsync::shape_of<Owner>;
    const auto used = used_columns(shape, 0);
    CHECK(std::count(used.begin(), used.end(), "kind") == 1);
    CHECK(std::count(used.begin(), used.end(), "ref") == 1);
}

TEST_CASE_METHOD(
    everything,
    "a new partition without the identity it needs costs a look at every document, not the program") {
    line_columns[1].is_key = false;  // order_id
    router.relation({line_2026_oid, "public", "line_2026", 'd', line_columns});
    const std::vector<field> line{text("1"), text("7"), text("2.50"), text("2"), null};
    router.insert({line_2026_oid, line});
    const auto inserted = take();
    CHECK(inserted.keys == set{"7"});
    CHECK_FALSE(inserted.reload);
    router.update({line_2026_oid, old_row::none, {}, line});
    const auto updated = take();
    CHECK(updated.keys == set{"7"});
    CHECK(updated.reload);
    const std::vector<field> before{text("1"), null, null, null, null};
    router.remove({line_2026_oid, old_row::key, before});
    CHECK(take().reload);
}

namespace router_test {

struct Totals {
    pgsync::key<int> order_id;
    double total;
};
struct totals : pgsync::index<Totals, pgsync::depends_on<Line, "order_id">, pgsync::depends_on<Product>> {};

}  // namespace router_test

TEST_CASE("what a root that is a view is made of makes documents come and go") {
    const auto& index = pgsync::compiled<totals>;
    REQUIRE(index.routes.size() == 3);
    pgsync::queue::memory_queue changes{{3}};
    const std::vector<pgsync::postgres::index_binding> bindings{
        {&index,
         {23},
         {{stats_oid, "totals", {23}}, {line_oid, "line", {23}}, {product_oid, "product", {}}}}};
    pgsync::pipeline::router<pgsync::queue::memory_queue> router{bindings, changes};
    const std::vector<change::relation_column> line{{true, "id", 23, -1}, {true, "order_id", 23, -1}};
    const std::vector<change::relation_column> product{{true, "id", 23, -1}};
    router.relation({line_oid, "public", "line", 'f', line});
    router.relation({product_oid, "public", "product", 'd', product});
    changes.begin(1, {});
    const auto take = [&] {
        changes.reached(lsn{100});
        auto todo = changes.take(std::chrono::milliseconds(0));
        return todo ? todo->batch.indices[0] : pgsync::queue::index_batch{};
    };

    const std::vector<field> row{text("1"), text("7")};
    router.insert({line_oid, row});
    const auto inserted = take();
    CHECK(inserted.keys == set{"7"});
    CHECK_FALSE(inserted.reload);

    const std::vector<field> pen{text("5")};
    router.insert({product_oid, pen});
    const auto any = take();
    CHECK(any.reload);
    CHECK(any.rescan_index);

    const std::vector<std::uint32_t> gone{line_oid};
    router.truncate({gone, false, false});
    const auto truncated = take();
    CHECK(truncated.reload);
    CHECK(truncated.rescan_index);
}

TEST_CASE_METHOD(fixture, "an old row that the log should hold and does not concerns every document") {
    // Under FULL every old row is whole; it was written under another identity, which nobody saw.
    router.relation({review_oid, "public", "review", 'f',
                     std::vector<change::relation_column>{{true, "id", 23, -1},
                                                          {true, "comment", 25, -1},
                                                          {true, "booking_id", 23, -1},
                                                          {true, "seen", 16, -1}}});
    const std::vector<field> row{text("5"), text("x"), text("7"), null};
    const std::vector<field> key{text("5"), null, null, null};
    router.update({review_oid, old_row::none, {}, row});
    auto todo = take();
    CHECK(todo.reload);
    CHECK(todo.keys == set{"7"});
    router.remove({review_oid, old_row::key, key});
    todo = take();
    CHECK(todo.reload);
    CHECK(todo.keys.empty());
    // Deleted without any identity, of the root: it may be any document.
    router.remove({booking_oid, old_row::none, std::vector<field>{null, null, null}});
    CHECK(take().rescan_index);
}
