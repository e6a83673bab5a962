#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "live_database.hpp"
#include <pgsync/pipeline/read_transaction.hpp>
#include <pgsync/postgres/session.hpp>

using pgsync::postgres::advance_log;
using pgsync::postgres::begin_reading;
using pgsync::postgres::flushed_position;
using pgsync::postgres::session;
using pgsync::postgres::version_clock;

namespace {

/// A process that follows and one that writes beside it: a clock and a session each.
struct two_processes {
    explicit two_processes(const live_database& database)
        : reading(database.open()),
          reading_beside(database.open()),
          log(database.open()),
          writer(database.open()) {
        follower.set_timeline(1);
        beside.set_timeline(1);
        beside.write_beside([this] {
            advance_log(log);
            const auto position = flushed_position(log);
            if (!between.empty()) writer.exec(between);
            return position;
        });
        writer.exec("CREATE TABLE t (n integer); INSERT INTO t VALUES (0)");
    }
    /// What a snapshot sees, and its version.
    struct seen {
        int value;
        std::uint64_t version;
    };
    static seen look(version_clock& clock, session& on) {
        const auto version = clock.begin(on, begin_reading(), {}, [] { return false; }).version;
        const auto value = std::stoi(std::string(on.exec("SELECT n FROM t").get(0, 0)));
        on.exec("COMMIT");
        return {value, version};
    }
    seen look() { return look(follower, reading); }
    seen look_beside() { return look(beside, reading_beside); }

    version_clock follower;
    version_clock beside;
    session reading;
    session reading_beside;
    session log;
    session writer;
    std::string between;  ///< what happens after the position was read and before the snapshot
};

}  // namespace

TEST_CASE("who writes beside never gets past somebody who saw more", "[.][postgres]") {
    const live_database database;
    two_processes both(database);
    SECTION("a commit after the snapshot") {
        for (int i = 1; i <= 20; ++i) {
            const auto old = both.look_beside();
            both.writer.exec("UPDATE t SET n = " + std::to_string(i));
            const auto newer = both.look();
            CHECK(old.value < newer.value);
            CHECK(old.version < newer.version - 1);  // with which a routed document is deleted elsewhere
        }
    }
    SECTION("a commit that is visible before the log is flushed") {
        // Nobody else flushes meanwhile, for once.
        bool unflushed = false;
        for (int i = 1; i <= 50 && !unflushed; ++i) {
            const auto old = both.look_beside();
            const auto flushed = flushed_position(both.log);
            both.writer.exec("SET synchronous_commit = off; UPDATE t SET n = " + std::to_string(i));
            const auto newer = both.look();
            unflushed = flushed_position(both.log) == flushed;
            CHECK(old.value < newer.value);
            CHECK(old.version < newer.version - 1);
        }
        CHECK(unflushed);
    }
    SECTION("commits between the position and the snapshot") {
        both.between = "UPDATE t SET n = n + 1";
        for (int i = 1; i <= 20; ++i) {
            const auto old = both.look_beside();
            both.writer.exec("UPDATE t SET n = n + 1");
            const auto newer = both.look();
            CHECK(old.value < newer.value);
            CHECK(old.version < newer.version - 1);
        }
    }
}

TEST_CASE("who writes beside gets past whatever was written before", "[.][postgres]") {
    const live_database database;
    two_processes both(database);
    std::uint64_t before = 0;
    for (int i = 1; i <= 20; ++i) {
        for (int n = 0; n < 30; ++n) before = both.look().version;  // nothing happens meanwhile
        const auto first = both.look_beside().version;
        const auto second = both.look_beside().version;
        CHECK(before < first - 1);
        CHECK(first < second - 1);
        CHECK(second < both.beside.greatest_version(flushed_position(both.log)));
    }
}

TEST_CASE("a version can be taken on the primary though documents are read from a standby", "[.][postgres]") {
    const live_database database;
    auto primary = database.open();
    version_clock clock;
    clock.set_timeline(3);
    clock.read_from_standby(flushed_position(primary));
    const auto first = clock.take_version(primary);
    CHECK(first >= (std::uint64_t{3} << 48U));
    CHECK(clock.take_version(primary) > first);
}

TEST_CASE("a database that was set back has the versions of a later timeline", "[.][postgres]") {
    const live_database database;
    auto primary = database.open();
    version_clock clock;
    clock.set_timeline(3);
    const auto before = clock.take_version(primary);
    clock.set_rewinds(2);
    CHECK(clock.take_version(primary) >= (std::uint64_t{5} << 48U));
    CHECK(clock.take_version(primary) > before);
    clock.set_rewinds(1);
    CHECK(clock.rewinds() == 2);  // never back
}
