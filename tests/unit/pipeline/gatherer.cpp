#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/pipeline/gatherer.hpp>

using pgsync::pipeline::acknowledger;
using pgsync::pipeline::gatherer;
using pgsync::postgres::lsn;
using namespace std::chrono_literals;

TEST_CASE("changes of one key coalesce into one entry of the next work") {
    acknowledger acks;
    gatherer changes({2}, {}, acks);
    changes.begin(7, {});
    changes.add_key(0, "1");
    changes.add_key(0, "1");
    changes.add_link(0, 1, "5");
    changes.reached(lsn{100});
    const auto todo = changes.take(0ms);
    REQUIRE(todo);
    CHECK(todo->indices[0].keys.size() == 1);
    CHECK(todo->indices[0].links[1].count("5") == 1);
    CHECK(todo->xids == std::vector<std::uint32_t>{7});
    CHECK(todo->end == lsn{100});
    CHECK_FALSE(changes.take(0ms));
}

TEST_CASE("a transaction is handed out when it has ended, not before") {
    acknowledger acks;
    gatherer changes({1}, {}, acks);
    changes.begin(7, {});
    changes.add_key(0, "1");
    CHECK_FALSE(changes.take(0ms));
    changes.reached(lsn{100});
    CHECK(changes.take(0ms));
}

TEST_CASE("a transaction larger than the bound is handed out in parts that all need it visible") {
    acknowledger acks;
    gatherer changes({1}, {2, 1000}, acks);
    changes.reached(lsn{50});
    changes.begin(9, {});
    changes.add_key(0, "1");
    CHECK(changes.wait_for_room(0ms));
    changes.add_key(0, "2");
    CHECK_FALSE(changes.wait_for_room(0ms));
    const auto first = changes.take(0ms);
    REQUIRE(first);
    CHECK(first->xids == std::vector<std::uint32_t>{9});
    CHECK(first->end == lsn{50});  // its commit has not been reached: nothing of it may be confirmed
    CHECK(changes.wait_for_room(0ms));
    changes.add_key(0, "3");
    changes.reached(lsn{200});
    const auto second = changes.take(0ms);
    REQUIRE(second);
    CHECK(second->xids == std::vector<std::uint32_t>{9});
    CHECK(second->end == lsn{200});
}

TEST_CASE("what was taken but is not done holds the confirmed position back") {
    acknowledger acks;
    gatherer changes({1}, {}, acks);
    changes.reached(lsn{10});
    CHECK(changes.confirmed(lsn{10}) == lsn{10});
    changes.begin(7, {});
    changes.add_key(0, "1");
    changes.reached(lsn{100});
    CHECK(changes.confirmed(lsn{100}) == lsn{10});
    const auto todo = changes.take(0ms);
    REQUIRE(todo);
    changes.reached(lsn{150});
    CHECK(changes.confirmed(lsn{150}) == lsn{10});
    CHECK_FALSE(changes.idle());
    acks.done(todo->ticket, lsn{120});
    CHECK(changes.confirmed(lsn{110}) == lsn{10});
    CHECK(changes.confirmed(lsn{150}) == lsn{150});
    CHECK(changes.idle());
}

TEST_CASE("a position in the log is reached without changes on an idle table") {
    acknowledger acks;
    gatherer changes({1}, {}, acks);
    changes.reached(lsn{500});
    CHECK(changes.confirmed(lsn{0}) == lsn{500});
}

TEST_CASE("what is left at the close is neither handed out nor confirmed") {
    acknowledger acks;
    gatherer changes({1}, {}, acks);
    changes.reached(lsn{100});
    changes.begin(7, lsn{190});
    changes.add_key(0, "1");
    changes.reached(lsn{200});
    changes.close();
    CHECK_FALSE(changes.take(0ms));
    CHECK(changes.confirmed(lsn{1000}) == lsn{});
    CHECK_FALSE(acks.outstanding());
}

TEST_CASE("a work tells where the last of its commits stands") {
    acknowledger acks;
    gatherer changes({1}, {}, acks);
    for (const std::uint64_t position : {300U, 200U}) {
        changes.begin(7, lsn{position});
        changes.add_key(0, std::to_string(position));
    }
    changes.reached(lsn{310});
    const auto todo = changes.take(0ms);
    REQUIRE(todo);
    CHECK(todo->committed == lsn{300});
}

TEST_CASE("of much that has gathered the oldest is taken, and only what came before the rest is confirmed") {
    acknowledger acks;
    gatherer changes({1}, {}, acks);
    for (const std::uint64_t number : {1U, 2U, 3U, 4U}) {
        changes.begin(static_cast<std::uint32_t>(number), lsn{number * 100 - 1});
        changes.add_key(0, std::to_string(number));
        changes.reached(lsn{number * 100});
    }
    const auto first = changes.take(0ms, 2);
    REQUIRE(first);
    CHECK(first->indices[0].keys == std::unordered_set<std::string>{"1", "2"});
    CHECK(first->end == lsn{200});
    // The rest is read later still, and need not wait for them once more.
    CHECK(first->xids == std::vector<std::uint32_t>{1, 2, 3, 4});
    CHECK(first->committed == lsn{399});
    changes.begin(5, lsn{499});
    changes.add_key(0, "3");  // still waits: read once
    changes.add_key(0, "1");  // is being read: once more
    changes.reached(lsn{500});
    acks.done(first->ticket, lsn{});
    CHECK(changes.confirmed(lsn{1000}) == lsn{200});
    const auto second = changes.take(0ms, 2);
    REQUIRE(second);
    CHECK(second->indices[0].keys == std::unordered_set<std::string>{"3", "4"});
    CHECK(second->xids == std::vector<std::uint32_t>{5});
    CHECK(second->end == lsn{400});
    acks.done(second->ticket, lsn{});
    CHECK(changes.confirmed(lsn{1000}) == lsn{400});
    CHECK_FALSE(changes.idle());
    const auto third = changes.take(0ms, 2);
    REQUIRE(third);
    CHECK(third->indices[0].keys == std::unordered_set<std::string>{"1"});
    CHECK(third->end == lsn{500});
    acks.done(third->ticket, lsn{});
    CHECK(changes.confirmed(lsn{1000}) == lsn{500});
    CHECK(changes.idle());
}

TEST_CASE("taken in parts a transaction is confirmed with its last part") {
    acknowledger acks;
    gatherer changes({1}, {}, acks);
    changes.reached(lsn{50});
    changes.begin(9, lsn{190});
    for (const auto* key : {"1", "2", "3"}) changes.add_key(0, key);
    changes.reached(lsn{200});
    const auto first = changes.take(0ms, 2);
    REQUIRE(first);
    CHECK(first->end == lsn{50});
    const auto second = changes.take(0ms, 2);
    REQUIRE(second);
    CHECK(second->indices[0].keys == std::unordered_set<std::string>{"3"});
    CHECK(second->end == lsn{200});
}

TEST_CASE("links, routings and what concerns whole indices are taken with the oldest") {
    acknowledger acks;
    gatherer changes({2, 1}, {5, 1000}, acks);
    changes.begin(7, {});
    changes.add_link(0, 1, "5");
    changes.add_key(1, "a", "north");
    changes.add_key(1, "a", "south");
    changes.reload(0);
    changes.add_key(0, "1");
    changes.reached(lsn{100});
    CHECK_FALSE(changes.wait_for_room(0ms));
    const auto first = changes.take(0ms, 2);
    REQUIRE(first);
    CHECK(first->indices[0].links[1].count("5") == 1);
    CHECK(first->indices[1].routings.at("a").size() == 2);
    CHECK(first->indices[0].reload);
    CHECK(first->indices[0].keys.empty());
    CHECK(changes.wait_for_room(0ms));
    const auto second = changes.take(0ms, 2);
    REQUIRE(second);
    CHECK(second->indices[0].keys.count("1") == 1);
    CHECK_FALSE(second->indices[0].reload);
    CHECK(second->indices[1].routings.empty());
}

TEST_CASE("a key that never rests is taken in its turn") {
    acknowledger acks;
    gatherer changes({1}, {}, acks);
    for (std::uint64_t number = 1; number < 50; ++number) {
        changes.begin(static_cast<std::uint32_t>(number), {});
        changes.add_key(0, "hot");
        changes.add_key(0, std::to_string(number));
        changes.reached(lsn{number});
    }
    std::size_t hot = 0;
    for (int work = 0; work < 10; ++work) {
        const auto todo = changes.take(0ms, 5);
        REQUIRE(todo);
        hot += todo->indices[0].keys.count("hot");
        changes.begin(100, {});
        changes.add_key(0, "hot");
    }
    CHECK(hot >= 1);
    CHECK(changes.take(0ms)->indices[0].keys.count("hot") == 1);
}

TEST_CASE("the time of a commit goes with the work that has the last of its keys") {
    pgsync::metrics::registry counts;
    acknowledger acks(counts);
    gatherer changes({1}, {}, acks);
    const auto observed = [&] {
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i <= counts.latency.bounds().size(); ++i) sum += counts.latency.count(i);
        return sum;
    };
    for (const std::uint64_t number : {1U, 2U, 3U}) {
        changes.begin(static_cast<std::uint32_t>(number), lsn{number * 100 - 1},
                      static_cast<std::int64_t>(number));
        changes.add_key(0, std::to_string(number));
        changes.reached(lsn{number * 100}, static_cast<std::int64_t>(number));
    }
    changes.begin(4, lsn{399}, 4);  // concerns no document
    changes.look_at_storage();
    changes.reached(lsn{400}, 4);
    CHECK(changes.waiting() == std::pair<std::size_t, std::int64_t>(3, 1));
    const auto first = changes.take(0ms, 2);
    REQUIRE(first);
    CHECK(changes.waiting() == std::pair<std::size_t, std::int64_t>(1, 3));
    acks.done(first->ticket, lsn{});
    CHECK(observed() == 2);
    const auto second = changes.take(0ms, 2);
    REQUIRE(second);
    CHECK(acks.undone().oldest_us == 3);
    acks.done(second->ticket, lsn{});
    CHECK(observed() == 3);
    CHECK(changes.waiting() == std::pair<std::size_t, std::int64_t>(0, 0));
}

TEST_CASE("a transaction that was handed out before its commit was read is measured with that work") {
    pgsync::metrics::registry counts;
    acknowledger acks(counts);
    gatherer changes({1}, {2, 1000}, acks);
    changes.begin(9, lsn{90}, 5);
    changes.add_key(0, "1");
    changes.add_key(0, "2");
    const auto only = changes.take(0ms);
    REQUIRE(only);
    changes.reached(lsn{100}, 5);
    acks.done(only->ticket, lsn{});
    CHECK(counts.latency.sum() > 0);
}
