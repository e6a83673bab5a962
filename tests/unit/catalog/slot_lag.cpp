#include <optional>

#include "../../catch.hpp"
#include <pgsync/catalog/slot_lag.hpp>

using namespace pgsync::postgres;

TEST_CASE("how long a slot is behind is said only where it is known") {
    slot_lag lag;
    lag.current = {1'000};
    CHECK(seconds_behind(lag, {1'000}) == 0.0);
    CHECK(seconds_behind(lag, {900}) == std::nullopt);
    // Of the two ages the greater.
    lag.confirm_seconds = 0.5;
    CHECK(seconds_behind(lag, {900}) == 0.5);
    lag.file_seconds = 60;
    CHECK(seconds_behind(lag, {900}) == 60.0);
    lag.confirm_seconds.reset();
    CHECK(seconds_behind(lag, {900}) == 60.0);
    // A clock that was set back.
    lag.file_seconds = -3;
    CHECK(seconds_behind(lag, {900}) == 0.0);
}

TEST_CASE("what has all been sent and confirmed is not behind, whatever the log grew by") {
    slot_lag lag;
    lag.current = {1'000};
    lag.streaming = true;
    lag.sent = lag.flushed = {950};
    CHECK(seconds_behind(lag, {940}) == 0.0);
    lag.flushed = {940};
    CHECK(seconds_behind(lag, {940}) == std::nullopt);
    // Of a walsender that this role may not see nothing is known.
    lag.streaming = false;
    lag.sent = lag.flushed = {};
    CHECK(seconds_behind(lag, {940}) == std::nullopt);
    CHECK(bytes_between({940}, {1'000}) == 60);
    CHECK(bytes_between({1'000}, {940}) == 0);
}
