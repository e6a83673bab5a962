#include <cstdint>
#include <optional>

#include "../../catch.hpp"
#include <pgsync/commands/diagnosis/set_back.hpp>

using pgsync::app::index_state;
using pgsync::app::rewinds_above;
using pgsync::app::why_set_back;
using pgsync::postgres::lsn;
using pgsync::postgres::system_identity;

namespace {

index_state written(std::uint32_t timeline, std::uint64_t position, std::uint32_t rewinds = 0) {
    index_state state;
    state.owner.system = "7";
    state.timeline = timeline;
    state.written = lsn{position};
    state.rewinds = rewinds;
    return state;
}
system_identity database(std::uint32_t timeline, std::uint64_t position, const char* system = "7") {
    return {system, timeline, {position}};
}

/// Where the versions of a timeline begin, see postgres::version_clock.
std::uint64_t base(std::uint32_t timeline, std::uint32_t rewinds) {
    return std::uint64_t{timeline} + rewinds;
}

}  // namespace

TEST_CASE("a database is set back where its WAL ends before what an index was written up to") {
    CHECK(why_set_back("i", written(1, 100), database(1, 99)));
    CHECK_FALSE(why_set_back("i", written(1, 100), database(1, 100)));
    CHECK_FALSE(why_set_back("i", written(1, 100), database(1, 101)));
    // A promotion begins a timeline, perhaps behind where the old primary was.
    CHECK_FALSE(why_set_back("i", written(1, 100), database(2, 90)));
    // A primary from before a failover, however far it has got.
    CHECK(why_set_back("i", written(2, 100), database(1, 1'000)));
    // Of another database cluster a position says nothing; nor does an index that was told none.
    CHECK_FALSE(why_set_back("i", written(1, 100), database(1, 99, "8")));
    auto untold = written(1, 100);
    untold.written.reset();
    CHECK_FALSE(why_set_back("i", untold, database(1, 1)));
    CHECK_FALSE(why_set_back("i", written(0, 100), database(1, 99)));
}

TEST_CASE("what this process has written counts as well as what the index was told") {
    const auto index = written(1, 100);
    CHECK(why_set_back("i", index, database(1, 120), database(1, 130)));
    CHECK_FALSE(why_set_back("i", index, database(1, 130), database(1, 130)));
    CHECK_FALSE(why_set_back("i", index, database(2, 110), database(1, 130)));
    CHECK_FALSE(why_set_back("i", index, database(1, 120), database(1, 130, "8")));
    CHECK(why_set_back("i", index, database(1, 90), database(1, 80)));
}

TEST_CASE("what is written after that has versions above all that were used") {
    for (const std::uint32_t old_timeline : {1U, 2U, 5U}) {
        for (const std::uint32_t new_timeline : {1U, 2U, 5U}) {
            for (const std::uint32_t before : {0U, 1U, 3U}) {
                const auto now =
                    rewinds_above(written(old_timeline, 100, before), database(new_timeline, 50));
                CHECK(base(new_timeline, now) > base(old_timeline, before));
                CHECK(base(new_timeline, now) > base(new_timeline, before));
                // The next promotion is above it by itself.
                CHECK(base(new_timeline + 1, now) > base(new_timeline, now));
            }
        }
    }
}
