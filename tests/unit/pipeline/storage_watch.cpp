#include <string>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/pipeline/storage_watch.hpp>
#include <pgsync/queue/commit_tracker.hpp>
#include <pgsync/queue/memory_queue.hpp>
#include <pgsync/shape.hpp>

using namespace pgsync;
using namespace std::chrono_literals;
using pipeline::storage_watch;
using postgres::lsn;
using postgres::table_storage;
using queue::index_batch;

namespace storage_watch_test {

struct Note {
    int id;
    std::string text;
};
struct Page {
    int id;
    has_many<Note> notes;
};
struct pages : pgsync::index<Page> {};

const table_storage at_first{{"page", "1/1"}, {"note", "2/2"}};

struct fixture {
    std::vector<postgres::index_binding> bindings{
        {&compiled<pages>, {23}, {{1, "page", {23}}, {2, "note", {23}}}}};
    storage_watch watch{bindings, {at_first}};
    index_batch again;
};

}  // namespace storage_watch_test
using namespace storage_watch_test;

TEST_CASE("the same files call for nothing") {
    fixture f;
    CHECK_FALSE(f.watch.note(0, at_first, f.again));
    CHECK_FALSE(f.again.reload);
    CHECK_FALSE(f.again.rescan_index);
}

TEST_CASE("another file of a child reads every root row again, of the root every id of the index too") {
    fixture f;
    CHECK(f.watch.note(0, {{"page", "1/1"}, {"note", "2/3"}}, f.again));
    CHECK(f.again.reload);
    CHECK_FALSE(f.again.rescan_index);
    f.again = {};
    CHECK(f.watch.note(0, {{"page", "1/4"}, {"note", "2/3"}}, f.again));
    CHECK(f.again.reload);
    CHECK(f.again.rescan_index);
    // Noticed once: what is to be remembered is the latest.
    f.again = {};
    CHECK_FALSE(f.watch.note(0, {{"page", "1/4"}, {"note", "2/3"}}, f.again));
    CHECK_FALSE(f.again.reload);
    CHECK(f.watch.reflected(0) == table_storage{{"page", "1/4"}, {"note", "2/3"}});
}

TEST_CASE("who remembers nothing, or not all, reads everything again") {
    fixture f;
    storage_watch forgetful(f.bindings, {{}});
    CHECK(forgetful.note(0, at_first, f.again));
    CHECK(f.again.reload);
    CHECK(f.again.rescan_index);
    f.again = {};
    storage_watch half(f.bindings, {{{"page", "1/1"}}});
    CHECK(half.note(0, at_first, f.again));
    CHECK(f.again.reload);
    CHECK_FALSE(f.again.rescan_index);
}

TEST_CASE("a process killed before it has remembered finds the difference again") {
    fixture f;
    const table_storage truncated{{"page", "1/1"}, {"note", "2/3"}};
    CHECK(f.watch.note(0, truncated, f.again));
    // Killed here: the next one starts with what the index remembers, which is the state before.
    storage_watch next(f.bindings, {at_first});
    f.again = {};
    CHECK(next.note(0, truncated, f.again));
    CHECK(f.again.reload);
    // The server lost the TRUNCATE in a crash of its own, after somebody remembered it.
    storage_watch after(f.bindings, {truncated});
    f.again = {};
    CHECK(after.note(0, at_first, f.again));
    CHECK(f.again.reload);
}

TEST_CASE("a transaction without a change of ours is a work that looks, in its own snapshot") {
    queue::memory_queue changes({2});
    changes.begin(77, {});
    changes.check_storage();
    changes.reached(lsn{100});
    CHECK(changes.confirmed(lsn{100}) == lsn{0});
    const auto todo = changes.take(0ms);
    REQUIRE(todo);
    CHECK(todo->batch.check_storage);
    CHECK(todo->batch.xids == std::vector<std::uint32_t>{77});
    CHECK(todo->batch.indices[0].empty());
    using state = queue::receipt::state;
    CHECK(todo->receipt->wait(0ms) == state::open);
    todo->receipt->needs(lsn{90});
    todo->receipt->part_done();
    CHECK(todo->receipt->wait(0ms) == state::done);
    CHECK(changes.confirmed(lsn{100}) == lsn{100});
}
