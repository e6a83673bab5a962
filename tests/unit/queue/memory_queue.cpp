#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/queue/memory_queue.hpp>

using pgsync::postgres::lsn;
using pgsync::queue::memory_queue;
using namespace std::chrono_literals;

namespace {

/// The sink has made all of it durable, once WAL is flushed up to `durable`.
void done(const pgsync::queue::delivery& taken, lsn durable) {
    taken.receipt->needs(durable);
    taken.receipt->part_done();
}

}  // namespace

TEST_CASE("changes of one key coalesce into one entry of the next work") {
    memory_queue changes({2}, {});
    changes.begin(7, {});
    changes.add_key(0, "1");
    changes.add_key(0, "1");
    changes.add_join_key(0, 1, "5");
    changes.reached(lsn{100});
    const auto todo = changes.take(0ms);
    REQUIRE(todo);
    CHECK(todo->batch.indices[0].keys.size() == 1);
    CHECK(todo->batch.indices[0].join_keys[1].count("5") == 1);
    CHECK(todo->batch.xids == std::vector<std::uint32_t>{7});
    CHECK(todo->batch.end == lsn{100});
    CHECK_FALSE(changes.take(0ms));
}

TEST_CASE("a transaction is handed out when it has ended, not before") {
    memory_queue changes({1}, {});
    changes.begin(7, {});
    changes.add_key(0, "1");
    CHECK_FALSE(changes.take(0ms));
    changes.reached(lsn{100});
    CHECK(changes.take(0ms));
}

TEST_CASE("a transaction larger than the bound is handed out in parts that all need it visible") {
    memory_queue changes({1}, {2, 1000});
    changes.reached(lsn{50});
    changes.begin(9, {});
    changes.add_key(0, "1");
    CHECK(changes.wait_for_room(0ms));
    changes.add_key(0, "2");
    CHECK_FALSE(changes.wait_for_room(0ms));
    const auto first = changes.take(0ms);
    REQUIRE(first);
    CHECK(first->batch.xids == std::vector<std::uint32_t>{9});
    CHECK(first->batch.end == lsn{50});  // its commit has not been reached: nothing of it may be confirmed
    CHECK(changes.wait_for_room(0ms));
    changes.add_key(0, "3");
    changes.reached(lsn{200});
    const auto second = changes.take(0ms);
    REQUIRE(second);
    CHECK(second->batch.xids == std::vector<std::uint32_t>{9});
    CHECK(second->batch.end == lsn{200});
}

TEST_CASE("what was taken but is not done holds the confirmed position back") {
    memory_queue changes({1}, {});
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
    done(*todo, lsn{120});
    CHECK(changes.confirmed(lsn{110}) == lsn{10});
    CHECK(changes.confirmed(lsn{150}) == lsn{150});
    CHECK(changes.idle());
}

TEST_CASE("a position in the log is reached without changes on an idle table") {
    memory_queue changes({1}, {});
    changes.reached(lsn{500});
    CHECK(changes.confirmed(lsn{0}) == lsn{500});
}

TEST_CASE("what is left at the close is neither handed out nor confirmed") {
    memory_queue changes({1}, {});
    changes.reached(lsn{100});
    changes.begin(7, lsn{190});
    changes.add_key(0, "1");
    changes.reached(lsn{200});
    changes.close();
    CHECK_FALSE(changes.take(0ms));
    CHECK(changes.confirmed(lsn{1000}) == lsn{});
    CHECK_FALSE(changes.outstanding());
}

TEST_CASE("a work tells where the last of its commits stands") {
    memory_queue changes({1}, {});
    for (const std::uint64_t position : {300U, 200U}) {
        changes.begin(7, lsn{position});
        changes.add_key(0, std::to_string(position));
    }
    changes.reached(lsn{310});
    const auto todo = changes.take(0ms);
    REQUIRE(todo);
    CHECK(todo->batch.committed == lsn{300});
}

TEST_CASE("of much that has gathered the oldest is taken, and only what came before the rest is confirmed") {
    memory_queue changes({1}, {});
    for (const std::uint64_t number : {1U, 2U, 3U, 4U}) {
        changes.begin(static_cast<std::uint32_t>(number), lsn{number * 100 - 1});
        changes.add_key(0, std::to_string(number));
        changes.reached(lsn{number * 100});
    }
    const auto first = changes.take(0ms, 2);
    REQUIRE(first);
    CHECK(first->batch.indices[0].keys == std::unordered_set<std::string>{"1", "2"});
    CHECK(first->batch.end == lsn{200});
    // The rest is read later still, and need not wait for them once more.
    CHECK(first->batch.xids == std::vector<std::uint32_t>{1, 2, 3, 4});
    CHECK(first->batch.committed == lsn{399});
    changes.begin(5, lsn{499});
    changes.add_key(0, "3");  // still waits: read once
    changes.add_key(0, "1");  // is being read: once more
    changes.reached(lsn{500});
    done(*first, lsn{});
    CHECK(changes.confirmed(lsn{1000}) == lsn{200});
    const auto second = changes.take(0ms, 2);
    REQUIRE(second);
    CHECK(second->batch.indices[0].keys == std::unordered_set<std::string>{"3", "4"});
    CHECK(second->batch.xids == std::vector<std::uint32_t>{5});
    CHECK(second->batch.end == lsn{400});
    done(*second, lsn{});
    CHECK(changes.confirmed(lsn{1000}) == lsn{400});
    CHECK_FALSE(changes.idle());
    const auto third = changes.take(0ms, 2);
    REQUIRE(third);
    CHECK(third->batch.indices[0].keys == std::unordered_set<std::string>{"1"});
    CHECK(third->batch.end == lsn{500});
    done(*third, lsn{});
    CHECK(changes.confirmed(lsn{1000}) == lsn{500});
    CHECK(changes.idle());
}

TEST_CASE("taken in parts a transaction is confirmed with its last part") {
    memory_queue changes({1}, {});
    changes.reached(lsn{50});
    changes.begin(9, lsn{190});
    for (const auto* key : {"1", "2", "3"}) changes.add_key(0, key);
    changes.reached(lsn{200});
    const auto first = changes.take(0ms, 2);
    REQUIRE(first);
    CHECK(first->batch.end == lsn{50});
    const auto second = changes.take(0ms, 2);
    REQUIRE(second);
    CHECK(second->batch.indices[0].keys == std::unordered_set<std::string>{"3"});
    CHECK(second->batch.end == lsn{200});
}

TEST_CASE("links, routings and what concerns whole indices are taken with the oldest") {
    memory_queue changes({2, 1}, {5, 1000});
    changes.begin(7, {});
    changes.add_join_key(0, 1, "5");
    changes.add_key(1, "a", "north");
    changes.add_key(1, "a", "south");
    changes.reload(0);
    changes.add_key(0, "1");
    changes.reached(lsn{100});
    CHECK_FALSE(changes.wait_for_room(0ms));
    const auto first = changes.take(0ms, 2);
    REQUIRE(first);
    CHECK(first->batch.indices[0].join_keys[1].count("5") == 1);
    CHECK(first->batch.indices[1].routings.at("a").size() == 2);
    CHECK(first->batch.indices[0].reload);
    CHECK(first->batch.indices[0].keys.empty());
    CHECK(changes.wait_for_room(0ms));
    const auto second = changes.take(0ms, 2);
    REQUIRE(second);
    CHECK(second->batch.indices[0].keys.count("1") == 1);
    CHECK_FALSE(second->batch.indices[0].reload);
    CHECK(second->batch.indices[1].routings.empty());
}

TEST_CASE("a key that never rests is taken in its turn") {
    memory_queue changes({1}, {});
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
        hot += todo->batch.indices[0].keys.count("hot");
        changes.begin(100, {});
        changes.add_key(0, "hot");
    }
    CHECK(hot >= 1);
    CHECK(changes.take(0ms)->batch.indices[0].keys.count("hot") == 1);
}

TEST_CASE("the time of a commit goes with the work that has the last of its keys") {
    pgsync::metrics::registry counts;
    memory_queue changes({1}, {}, counts);
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
    changes.check_storage();
    changes.reached(lsn{400}, 4);
    CHECK(changes.backlog().waiting == 3);
    CHECK(changes.backlog().oldest_us == 1);
    const auto first = changes.take(0ms, 2);
    REQUIRE(first);
    CHECK(changes.backlog().waiting == 1);
    CHECK(changes.backlog().batches == 1);
    CHECK(changes.backlog().oldest_us == 1);
    done(*first, lsn{});
    CHECK(observed() == 2);
    CHECK(changes.backlog().batches == 0);
    CHECK(changes.backlog().unconfirmed == 1);
    CHECK(changes.backlog().oldest_us == 3);
    const auto second = changes.take(0ms, 2);
    REQUIRE(second);
    CHECK(changes.backlog().oldest_us == 3);
    done(*second, lsn{});
    CHECK(observed() == 3);
    CHECK(changes.backlog().waiting == 0);
    CHECK(changes.backlog().oldest_us == 0);
}

TEST_CASE("a transaction that was handed out before its commit was read is measured with that work") {
    pgsync::metrics::registry counts;
    memory_queue changes({1}, {2, 1000}, counts);
    changes.begin(9, lsn{90}, 5);
    changes.add_key(0, "1");
    changes.add_key(0, "2");
    const auto only = changes.take(0ms);
    REQUIRE(only);
    changes.reached(lsn{100}, 5);
    done(*only, lsn{});
    CHECK(counts.latency.sum() > 0);
}
