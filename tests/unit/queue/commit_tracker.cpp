#include "../../catch.hpp"
#include <pgsync/queue/commit_tracker.hpp>

using pgsync::postgres::lsn;
using pgsync::queue::commit_tracker;

TEST_CASE("the slot is confirmed past a work only when all earlier ones are done") {
    commit_tracker acks;
    const auto first = acks.open(lsn{100});
    const auto second = acks.open(lsn{200});
    acks.done(second, lsn{0});
    CHECK(acks.confirmed(lsn{1000}, lsn{0}) == lsn{0});
    CHECK(acks.outstanding());
    acks.done(first, lsn{0});
    CHECK(acks.confirmed(lsn{1000}, lsn{0}) == lsn{200});
    CHECK_FALSE(acks.outstanding());
}

TEST_CASE("the slot is not confirmed past a work that read what is not on disk yet") {
    commit_tracker acks;
    acks.done(acks.open(lsn{100}), lsn{150});
    CHECK(acks.confirmed(lsn{149}, lsn{0}) == lsn{0});
    CHECK(acks.outstanding());
    CHECK(acks.confirmed(lsn{150}, lsn{0}) == lsn{100});
}

TEST_CASE("an idle stream moves the slot, but not while a work is out") {
    commit_tracker acks;
    CHECK(acks.confirmed(lsn{50}, lsn{50}) == lsn{50});
    const auto ticket = acks.open(lsn{100});
    CHECK(acks.confirmed(lsn{500}, lsn{500}) == lsn{50});
    acks.done(ticket, lsn{0});
    CHECK(acks.confirmed(lsn{500}, lsn{500}) == lsn{500});
}

TEST_CASE("the confirmed position never moves backwards") {
    commit_tracker acks;
    CHECK(acks.confirmed(lsn{0}, lsn{300}) == lsn{300});
    CHECK(acks.confirmed(lsn{0}, lsn{200}) == lsn{300});
    acks.done(acks.open(lsn{100}), lsn{0});
    CHECK(acks.confirmed(lsn{0}, lsn{0}) == lsn{300});
}

TEST_CASE("from a work that is given up on nothing is confirmed or waited for") {
    commit_tracker acks;
    const auto first = acks.open(lsn{100});
    const auto second = acks.open(lsn{200});
    const auto third = acks.open(lsn{300});
    acks.give_up(second);
    CHECK(acks.outstanding());
    acks.done(third, lsn{0});
    acks.done(second, lsn{0});  // what was on its way may still arrive
    CHECK(acks.confirmed(lsn{1000}, lsn{400}) == lsn{0});
    acks.done(first, lsn{0});
    CHECK(acks.confirmed(lsn{1000}, lsn{400}) == lsn{100});
    CHECK_FALSE(acks.outstanding());
}

TEST_CASE("each transaction is measured once, when the work that it ends in is done") {
    pgsync::metrics::registry counts;
    commit_tracker acks(counts);
    const auto now = pgsync::metrics::microseconds_since_2000();
    const auto observed = [&] {
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i <= counts.latency.bounds().size(); ++i) sum += counts.latency.count(i);
        return sum;
    };
    const auto first = acks.open(lsn{100}, now - 7'000'000, {now - 7'000'000, now - 6'000'000});
    const auto second = acks.open(lsn{200}, now - 5'000'000, {now - 5'000'000});
    CHECK(acks.undone().batches == 2);
    CHECK(acks.undone().oldest_us == now - 7'000'000);
    acks.also_ends(now - 4'000'000);
    acks.done(second, lsn{0});
    CHECK(observed() == 2);
    CHECK(acks.undone().batches == 1);
    acks.also_ends(now - 3'000'000);  // of what was done already
    CHECK(observed() == 3);
    acks.done(first, lsn{0});
    CHECK(observed() == 5);
    CHECK(counts.latency.sum() >= 25.0);
    CHECK(acks.undone().oldest_us == 0);
    // A database whose clock is ahead.
    acks.done(acks.open(lsn{300}, now + 60'000'000'000, {now + 60'000'000'000}), lsn{0});
    CHECK(counts.latency.count(0) == 1);
}
