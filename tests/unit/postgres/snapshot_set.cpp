#include <string>

#include "../../catch.hpp"
#include <pgsync/postgres/snapshot_set.hpp>

using pgsync::postgres::snapshot_set;

TEST_CASE("a snapshot sees what had ended when it was taken", "[snapshot_set]") {
    const auto snapshot = snapshot_set::parse("100:110:100,103,109");
    REQUIRE(snapshot);
    CHECK(snapshot->xmin() == 100);
    CHECK(snapshot->xmax() == 110);
    for (const std::uint32_t xid : {3U, 99U, 101U, 102U, 104U, 108U}) CHECK(snapshot->visible(xid));
    for (const std::uint32_t xid : {100U, 103U, 109U, 110U, 111U, 4'000'000'000U})
        CHECK_FALSE(snapshot->visible(xid));
}

TEST_CASE("a snapshot with nothing in progress hides only what comes after", "[snapshot_set]") {
    // Seen on PostgreSQL 15 while the log already showed the commit of 725.
    const auto snapshot = snapshot_set::parse("725:725:");
    REQUIRE(snapshot);
    CHECK(snapshot->visible(724));
    CHECK_FALSE(snapshot->visible(725));
}

TEST_CASE("the log's 32-bit ids mean the transaction nearest to the snapshot", "[snapshot_set]") {
    SECTION("just after the counter wrapped around") {
        const auto snapshot = snapshot_set::parse("8589934590:8589934600:8589934591,8589934595");
        REQUIRE(snapshot);  // xmin is 2^33 - 2
        CHECK(snapshot->extend(4294967294U) == 8589934590U);
        CHECK(snapshot->extend(3) == 8589934595U);
        CHECK(snapshot->visible(4294967290U));  // before the wrap, ended
        CHECK(snapshot->visible(4294967294U));
        CHECK_FALSE(snapshot->visible(4294967295U));  // in progress
        CHECK_FALSE(snapshot->visible(3));            // in progress, after the wrap
        CHECK(snapshot->visible(4));
        CHECK_FALSE(snapshot->visible(8));  // not begun
    }
    SECTION("just before it wraps") {
        const auto snapshot = snapshot_set::parse("4294967290:4294967290:");
        REQUIRE(snapshot);
        CHECK(snapshot->visible(4294967289U));
        CHECK_FALSE(snapshot->visible(4294967290U));
        CHECK_FALSE(snapshot->visible(5));  // of the next epoch
        CHECK(snapshot->extend(5) == 4294967301U);
    }
    SECTION("in the first epoch nothing lies before zero") {
        const auto snapshot = snapshot_set::parse("700:700:");
        REQUIRE(snapshot);
        CHECK(snapshot->extend(4294967290U) == 4294967290U);
        CHECK_FALSE(snapshot->visible(4294967290U));
    }
}

TEST_CASE("text that is no snapshot is not read as one", "[snapshot_set]") {
    for (const char* text :
         {"", "1", "1:2", "1:2,", ":2:", "1::", "2:1:", "1:3:,", "1:3:1,", "1:3:1 ", " 1:3:", "1:3:0",
          "1:3:3", "1:4:2,2", "1:4:3,2", "1:3:x", "99999999999999999999:1:"}) {
        CAPTURE(text);
        CHECK_FALSE(snapshot_set::parse(text));
    }
}
