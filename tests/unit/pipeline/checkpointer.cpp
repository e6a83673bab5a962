#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/pipeline/checkpointer.hpp>
#include <pgsync/sink/elastic/refused_always.hpp>

using pgsync::errc;
using pgsync::pipeline::checkpointer;
using pgsync::postgres::lsn;
using namespace std::chrono_literals;

namespace {

/// What was recorded, in order.
struct journal {
    std::mutex mutex;
    std::vector<lsn> positions;
    int failures = 0;  ///< of the next attempts
    errc failing = errc::connection;
    bool always = false;  ///< it is the cluster that will never do it

    checkpointer::record_function function() {
        return [this](lsn position) {
            const std::lock_guard lock(mutex);
            if (failures > 0) {
                --failures;
                if (always) throw pgsync::elastic::refused_always("never", {});
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
void await(checkpointer& recorder, lsn position) {
    while (recorder.want(position) < position) std::this_thread::sleep_for(1ms);
}

void nobody(const std::exception_ptr& what) { std::rethrow_exception(what); }

}  // namespace

TEST_CASE("nothing may be confirmed before it is recorded, and nothing is recorded twice") {
    journal book;
    checkpointer recorder(book.function(), {}, {0ms, 1h}, nobody);
    await(recorder, lsn{5});
    CHECK(recorder.want(lsn{3}) == lsn{5});
    await(recorder, lsn{8});
    CHECK(book.seen() == std::vector<lsn>{lsn{5}, lsn{8}});
}

TEST_CASE("what comes during a pause is recorded after it, the last position alone") {
    journal book;
    checkpointer recorder(book.function(), {}, {1h, 1h}, nobody);
    await(recorder, lsn{1});
    CHECK(recorder.want(lsn{2}) == lsn{1});
    CHECK(recorder.want(lsn{9}) == lsn{1});
    recorder.hurry();
    await(recorder, lsn{9});
    CHECK(book.seen() == std::vector<lsn>{lsn{1}, lsn{9}});
}

TEST_CASE("a pause is cut short for a server that asks, and the next one is a whole pause again") {
    journal book;
    checkpointer recorder(book.function(), {}, {1h, 1h}, nobody);
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
    checkpointer recorder(book.function(), {}, {0ms, 1h}, nobody);
    CHECK(recorder.want(lsn{4}) == lsn{});
    await(recorder, lsn{4});
    CHECK(book.seen() == std::vector<lsn>{lsn{4}});
    CHECK(book.failures == 0);
}

TEST_CASE("an index that refuses is asked again") {
    journal book;
    book.failures = 2;
    book.failing = errc::index;
    checkpointer recorder(book.function(), {}, {0ms, 1h}, nobody);
    await(recorder, lsn{4});
    CHECK(book.failures == 0);
}

TEST_CASE("a closed recorder records nothing more") {
    journal book;
    checkpointer recorder(book.function(), {}, {0ms, 1h}, nobody);
    await(recorder, lsn{1});
    recorder.close();
    CHECK(recorder.want(lsn{2}) == lsn{1});
    CHECK(book.seen() == std::vector<lsn>{lsn{1}});
}

TEST_CASE("who has been superseded, or will never be able to, is told so, and records nothing more") {
    journal book;
    book.failures = 1;
    book.always = GENERATE(false, true);
    book.failing = errc::superseded;
    std::atomic<int> told{0};
    checkpointer recorder(book.function(), {}, {0ms, 1h}, [&](const std::exception_ptr&) { ++told; });
    CHECK(recorder.want(lsn{4}) == lsn{});
    while (told == 0) std::this_thread::sleep_for(1ms);
    recorder.want(lsn{5});
    std::this_thread::sleep_for(300ms);  // longer than it waits before it asks again
    CHECK(told == 1);
    CHECK(recorder.want(lsn{5}) == lsn{});
    CHECK(book.seen().empty());
}

TEST_CASE("a position is recorded only when what was checked at the start still holds") {
    journal book;
    std::atomic<int> problems{2};  // of the next checks
    checkpointer recorder(
        book.function(),
        [&] {
            if (problems > 0 && problems-- > 0)
                throw pgsync::error(errc::database, "the catalog cannot be read");
        },
        {0ms, 1h}, nobody);
    CHECK(recorder.want(lsn{4}) == lsn{});
    await(recorder, lsn{4});
    CHECK(problems == 0);
    CHECK(book.seen() == std::vector<lsn>{lsn{4}});
}

TEST_CASE("once something is different nothing more is recorded") {
    journal book;
    std::atomic<bool> different{false};
    std::atomic<int> told{0};
    checkpointer recorder(
        book.function(),
        [&] {
            if (different) throw pgsync::error(errc::changed, "not as it was");
        },
        {0ms, 1h}, [&](const std::exception_ptr&) { ++told; });
    await(recorder, lsn{1});
    different = true;
    recorder.want(lsn{2});
    while (told == 0) std::this_thread::sleep_for(1ms);
    CHECK(recorder.want(lsn{3}) == lsn{1});
    CHECK(book.seen() == std::vector<lsn>{lsn{1}});
}

TEST_CASE("it checks now and then with nothing to record, and at once when asked to") {
    journal book;
    std::atomic<int> checks{0};
    const auto count = [&] { ++checks; };
    {
        checkpointer recorder(book.function(), count, {1h, 5ms}, nobody);
        while (checks < 3) std::this_thread::sleep_for(1ms);
    }
    checks = 0;
    checkpointer recorder(book.function(), count, {1h, 1h}, nobody);
    recorder.check_now();
    while (checks < 1) std::this_thread::sleep_for(1ms);
    await(recorder, lsn{1});  // the first record is due at once
    recorder.want(lsn{2});    // the next one is not, a check is
    const int before = checks;
    recorder.check_now();
    while (checks == before) std::this_thread::sleep_for(1ms);
    CHECK(recorder.want(lsn{2}) == lsn{1});
    CHECK(book.seen() == std::vector<lsn>{lsn{1}});
}

TEST_CASE("a database that is away keeps nothing from being recorded") {
    journal book;
    checkpointer recorder(
        book.function(), [] { throw pgsync::error(errc::connection, "shutting down"); }, {0ms, 1h}, nobody);
    await(recorder, lsn{4});
    CHECK(book.seen() == std::vector<lsn>{lsn{4}});
}
