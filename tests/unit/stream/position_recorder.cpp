#include <atomic>
#include <chrono>
#include <exception>
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
    errc failing = errc::connection;

    position_recorder::record_function function() {
        return [this](lsn position) {
            const std::lock_guard lock(mutex);
            if (failures > 0) {
                --failures;
                throw pgsync::error(failing, "not now");
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

void nobody(const std::exception_ptr& what) { std::rethrow_exception(what); }

}  // namespace

TEST_CASE("nothing may be confirmed before it is recorded, and nothing is recorded twice") {
    journal book;
    position_recorder recorder(book.function(), 0ms, nobody);
    await(recorder, lsn{5});
    CHECK(recorder.want(lsn{3}) == lsn{5});
    await(recorder, lsn{8});
    CHECK(book.seen() == std::vector<lsn>{lsn{5}, lsn{8}});
}

TEST_CASE("what comes during a pause is recorded after it, the last position alone") {
    journal book;
    position_recorder recorder(book.function(), 1h, nobody);
    await(recorder, lsn{1});
    CHECK(recorder.want(lsn{2}) == lsn{1});
    CHECK(recorder.want(lsn{9}) == lsn{1});
    recorder.hurry();
    await(recorder, lsn{9});
    CHECK(book.seen() == std::vector<lsn>{lsn{1}, lsn{9}});
}

TEST_CASE("a pause is cut short for a server that asks, and the next one is a whole pause again") {
    journal book;
    position_recorder recorder(book.function(), 1h, nobody);
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
    position_recorder recorder(book.function(), 0ms, nobody);
    CHECK(recorder.want(lsn{4}) == lsn{});
    await(recorder, lsn{4});
    CHECK(book.seen() == std::vector<lsn>{lsn{4}});
    CHECK(book.failures == 0);
}

TEST_CASE("a closed recorder records nothing more") {
    journal book;
    position_recorder recorder(book.function(), 0ms, nobody);
    await(recorder, lsn{1});
    recorder.close();
    CHECK(recorder.want(lsn{2}) == lsn{1});
    CHECK(book.seen() == std::vector<lsn>{lsn{1}});
}

TEST_CASE("who has been superseded is told so, and records nothing more") {
    journal book;
    book.failures = 1;
    book.failing = errc::superseded;
    std::atomic<int> told{0};
    position_recorder recorder(book.function(), 0ms, [&](const std::exception_ptr&) { ++told; });
    CHECK(recorder.want(lsn{4}) == lsn{});
    while (told == 0) std::this_thread::sleep_for(1ms);
    recorder.want(lsn{5});
    std::this_thread::sleep_for(300ms);  // longer than it waits before it asks again
    CHECK(told == 1);
    CHECK(recorder.want(lsn{5}) == lsn{});
    CHECK(book.seen().empty());
}
