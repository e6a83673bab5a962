#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/shape.hpp>
#include <pgsync/stream/router.hpp>

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
    pgsync::stream::acknowledger acks;
    pgsync::stream::gatherer changes{{3}, {}, acks};
    std::vector<pgsync::postgres::index_binding> bindings{
        {&pgsync::compiled<bookings>,
         {23},
         {{booking_oid, "booking", {23}}, {guest_oid, "guest", {23}}, {review_oid, "review", {23}}}}};
    pgsync::stream::router router{bindings, changes};

    fixture() {
        describe(booking_oid, "booking",
                 {{true, "id", 23, -1}, {false, "note", 25, -1}, {false, "guest_id", 23, -1}});
        describe(guest_oid, "guest", {{true, "id", 23, -1}, {false, "name", 25, -1}});
        describe(review_oid, "review",
                 {{true, "id", 23, -1},
                  {true, "comment", 25, -1},
                  {true, "booking_id", 23, -1},
                  {true, "seen", 16, -1}});
        changes.begin(1);
    }
    void describe(std::uint32_t oid, std::string_view name,
                  const std::vector<change::relation_column>& columns) {
        router.relation({oid, "public", name, 'd', columns});
    }
    pgsync::stream::index_work take() {
        changes.reached(lsn{100});
        auto todo = changes.take(std::chrono::milliseconds(0));
        return todo ? todo->indices[0]
                    : pgsync::stream::index_work{{}, std::vector<std::unordered_set<std::string>>(3)};
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
    CHECK(todo.links[2].empty());
}

TEST_CASE_METHOD(fixture, "a row that the root points at is looked up by its key") {
    const std::vector<field> row{text("5"), text("Ann")};
    router.update({guest_oid, old_row::none, {}, row});
    const auto todo = take();
    CHECK(todo.keys.empty());
    CHECK(todo.links[1] == set{"5"});
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

TEST_CASE_METHOD(fixture, "a replica identity that stops covering a linking column is refused by name") {
    try {
        describe(review_oid, "review",
                 {{true, "id", 23, -1}, {false, "comment", 25, -1}, {false, "booking_id", 23, -1}});
        FAIL("no error");
    } catch (const pgsync::error& e) {
        CHECK(e.code() == pgsync::errc::replication);
        CHECK(std::string(e.what()).find("booking_id") != std::string::npos);
        CHECK(e.remedy().find("REPLICA IDENTITY FULL") != std::string::npos);
    }
}

TEST_CASE_METHOD(fixture, "a row of a table that was never described is a protocol error") {
    const std::vector<field> row{text("1")};
    CHECK_THROWS_AS(router.insert({99, row}), pgsync::error);
    CHECK_THROWS_AS(router.insert({guest_oid, row}), pgsync::error);
}
