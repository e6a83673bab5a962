#include <chrono>
#include <cmath>
#include <cstdint>

#include "../../catch.hpp"
#include <pgsync/commands/progress.hpp>

using pgsync::app::in_words;
using pgsync::app::pace_estimate;
using namespace std::chrono_literals;

namespace {

const auto start = std::chrono::steady_clock::time_point() + 1h;

/// `count` in each of `seconds`.
void go_on(pace_estimate& pace, std::chrono::steady_clock::time_point& now, int seconds,
           std::uint64_t count) {
    for (int i = 0; i < seconds; ++i) pace.add(count, now += 1s);
}
bool about(double got, double wanted, double share) { return std::abs(got - wanted) <= wanted * share; }

}  // namespace

TEST_CASE("a steady pace is told right from the first second on", "[progress]") {
    pace_estimate pace(10'000, 0, start);
    auto now = start;
    for (int second = 1; second <= 90; ++second) {
        go_on(pace, now, 1, 100);
        CHECK(about(pace.rate(now), 100, 0.02));
        REQUIRE(pace.left(now));
        CHECK(
            about(static_cast<double>(pace.left(now)->count()), 100.0 - second, 0.05 + 1.0 / (100 - second)));
    }
}

TEST_CASE("the time left follows a pace that changes", "[progress]") {
    pace_estimate pace(1'000'000, 0, start);
    auto now = start;
    go_on(pace, now, 60, 1'000);
    go_on(pace, now, 120, 100);
    // By the mean since the start it would be 400 a second.
    CHECK(about(pace.rate(now), 100, 0.25));
    go_on(pace, now, 120, 2'000);
    CHECK(about(pace.rate(now), 2'000, 0.1));
    // Nothing more happens: it takes longer and longer.
    const auto before = *pace.left(now);
    CHECK(*pace.left(now + 30s) > before * 2);
}

TEST_CASE("what was done before counts as done, but says nothing of the pace", "[progress]") {
    pace_estimate pace(10'000, 9'000, start);
    auto now = start;
    CHECK_FALSE(pace.left(now));
    CHECK(pace.rate(now) == 0);
    go_on(pace, now, 10, 10);
    CHECK(pace.done() == 9'100);
    CHECK(about(pace.rate(now), 10, 0.02));
    CHECK(about(static_cast<double>(pace.left(now)->count()), 90, 0.05));
}

TEST_CASE("where the total is unknown, or turned out wrong, nobody says how long it takes", "[progress]") {
    pace_estimate unknown(0, 0, start);
    auto now = start;
    go_on(unknown, now, 5, 10);
    CHECK_FALSE(unknown.left(now));
    CHECK(unknown.total() == 0);
    pace_estimate more(20, 0, start);
    now = start;
    go_on(more, now, 5, 10);
    CHECK_FALSE(more.left(now));
    CHECK(more.total() == 0);
    more.finish();
    CHECK(more.total() == 50);
    CHECK(more.left(now) == 0s);
}

TEST_CASE("a time is told in two units", "[progress]") {
    CHECK(in_words(0s) == "0 s");
    CHECK(in_words(59s) == "59 s");
    CHECK(in_words(200s) == "3 min 20 s");
    CHECK(in_words(7'505s) == "2 h 5 min");
}
