#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/stream/position_recorder.hpp>

using pgsync::errc;
using pgsync::postgres::lsn;
using pgsync::stream::position_recorder;
using namespace std::chrono_literals;

namespace {

/// What was recorded, in order.
struct journal {
    std::mutex mutex;
    std::vector<lsn> positions;
    int failures = 0;  ///< of the next attempts

    position_recorder::record_function function() {
        return [this](lsn position) {
            const std::lock_guard lock(mutex);
            if (failures > 0) {
                --failures;
                throw pgsync::error(errc::connection, "the cluster is away");
            }
            positions.push_back(position);
        };
    }
    std::vector<lsn> seen() {
        const std::lock_guard lock(mutex);
        return positions;
    }
};

/// Waits until it has recorded `position`.
void await(position_recorder& recorder, lsn position) {
    while (recorder.want(position) < position) std::this_thread::sleep_for(1ms);
}

}  // namespace

TEST_CASE("nothing may be confirmed before it is recorded, and nothing is recorded twice") {
    journal book;
    position_recorder recorder(book.function(), 0ms);
    await(recorder, lsn{5});
    CHECK(recorder.want(lsn{3}) == lsn{5});
    await(recorder, lsn{8});
    CHECK(book.seen() == std::vector<lsn>{lsn{5}, lsn{8}});
}

TEST_CASE("what comes during a pause is recorded after it, the last position alone") {
    journal book;
    position_recorder recorder(book.function(), 1h);
    await(recorder, lsn{1});
    CHECK(recorder.want(lsn{2}) == lsn{1});
    CHECK(recorder.want(lsn{9}) == lsn{1});
    recorder.hurry();
    await(recorder, lsn{9});
    CHECK(book.seen() == std::vector<lsn>{lsn{1}, lsn{9}});
}

TEST_CASE("a pause is cut short for a server that asks, and the next one is a whole pause again") {
    journal book;
    position_recorder recorder(book.function(), 1h);
    await(recorder, lsn{1});
    CHECK(recorder.want(lsn{2}) == lsn{1});
    recorder.soon();
    await(recorder, lsn{2});
    CHECK(recorder.want(lsn{3}) == lsn{2});
    std::this_thread::sleep_for(1'500ms);
    CHECK(recorder.want(lsn{3}) == lsn{2});
    CHECK(book.seen() == std::vector<lsn>{lsn{1}, lsn{2}});
}

TEST_CASE("a cluster that is away is asked again, and nothing counts as recorded meanwhile") {
    journal book;
    book.failures = 2;
    position_recorder recorder(book.function(), 0ms);
    CHECK(recorder.want(lsn{4}) == lsn{});
    await(recorder, lsn{4});
    CHECK(book.seen() == std::vector<lsn>{lsn{4}});
    CHECK(book.failures == 0);
}

TEST_CASE("a closed recorder records nothing more") {
    journal book;
    position_recorder recorder(book.function(), 0ms);
    await(recorder, lsn{1});
    recorder.close();
    CHECK(recorder.want(lsn{2}) == lsn{1});
    CHECK(book.seen() == std::vector<lsn>{lsn{1}});
}
