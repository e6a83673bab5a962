#include <chrono>
#include <cstddef>

#include "../../catch.hpp"
#include <pgsync/sink/elastic/bulk_room.hpp>

using pgsync::elastic::bulk_room;
using pgsync::elastic::pace;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const bulk_room::time_point start{std::chrono::hours(1)};

std::size_t room_for(bulk_room& room, pace how, bulk_room::time_point now) {
    std::size_t taken = 0;
    while (room.has_room(how, taken, how == pace::wide ? taken : 0, now)) ++taken;
    return taken;
}
void answer(bulk_room& room, milliseconds took, std::size_t beside, bulk_room::time_point now) {
    room.answered(pace::prompt, 1'000, took, beside, now);
}

}  // namespace

TEST_CASE("there is room for as many bulks as were asked for, half of it for wide ones, and always for one") {
    bulk_room room(8);
    CHECK(room_for(room, pace::prompt, start) == 8);
    CHECK(room_for(room, pace::wide, start) == 4);
    CHECK(room.has_room(pace::wide, 7, 3, start));
    CHECK_FALSE(room.has_room(pace::wide, 8, 3, start));
    bulk_room least(0);
    CHECK(room_for(least, pace::prompt, start) == 1);
    CHECK(room_for(least, pace::wide, start) == 1);
}

TEST_CASE("a refusal halves the room once for all that was on its way, and it grows back slowly") {
    bulk_room room(8);
    for (int bulk = 0; bulk < 8; ++bulk) room.refused(start + milliseconds(bulk));
    CHECK(room_for(room, pace::prompt, start + seconds(1)) == 4);
    CHECK(room_for(room, pace::wide, start + seconds(1)) == 2);
    CHECK(room_for(room, pace::prompt, start + seconds(6)) == 5);
    CHECK(room_for(room, pace::prompt, start + seconds(11)) == 6);
    CHECK(room_for(room, pace::prompt, start + seconds(1'000)) == 8);
}

TEST_CASE("refusals that do not end halve it again and again, down to one bulk") {
    bulk_room room(8);
    for (int i = 0; i < 100; ++i) room.refused(start + i * milliseconds(100));
    CHECK(room_for(room, pace::prompt, start + seconds(10)) == 1);
    CHECK(room_for(room, pace::wide, start + seconds(10)) == 1);
}

TEST_CASE("where prompt bulks are slow beside wide ones, there are fewer wide ones") {
    bulk_room room(8);
    answer(room, milliseconds(5), 0, start);
    answer(room, milliseconds(30), 4, start);  // that is tolerable
    CHECK(room_for(room, pace::wide, start) == 4);
    answer(room, milliseconds(100), 4, start);
    CHECK(room_for(room, pace::wide, start) == 2);
    answer(room, milliseconds(100), 2, start + seconds(1));
    CHECK(room_for(room, pace::wide, start + seconds(1)) == 1);
    CHECK(room_for(room, pace::prompt, start + seconds(1)) == 8);
    CHECK(room_for(room, pace::wide, start + seconds(6)) == 2);
}

TEST_CASE("what is slow by itself says nothing about wide bulks") {
    bulk_room room(8);
    answer(room, milliseconds(5), 0, start);
    answer(room, milliseconds(500), 0, start);                            // nothing wide beside it
    room.answered(pace::prompt, 5U << 20U, milliseconds(500), 4, start);  // large
    room.answered(pace::wide, 1'000, milliseconds(500), 4, start);        // wide itself
    CHECK(room_for(room, pace::wide, start) == 4);
    bulk_room far_away(8);
    for (int i = 0; i < 10; ++i) answer(far_away, milliseconds(150 + i), 4, start);
    CHECK(room_for(far_away, pace::wide, start) == 4);
}

TEST_CASE("a cluster that has become slower is measured by what it is now") {
    bulk_room room(8);
    answer(room, milliseconds(5), 0, start);
    for (int i = 0; i < 400; ++i) answer(room, milliseconds(100), 0, start);
    answer(room, milliseconds(120), 4, start);
    CHECK(room_for(room, pace::wide, start) == 4);
}
