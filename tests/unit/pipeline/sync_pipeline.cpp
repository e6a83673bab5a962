#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../../catch.hpp"
#include "fake_changes.hpp"
#include "fake_stores.hpp"
#include <pgsync/base/error.hpp>
#include <pgsync/base/stop_request.hpp>
#include <pgsync/pipeline/sync_pipeline.hpp>
#include <pgsync/queue/memory_queue.hpp>
#include <pgsync/shape.hpp>

// The pipeline of sync with all its threads, between a fake database and a fake cluster.

using namespace pgsync;
using pgsync::test::fake_changes;
using pgsync::test::fake_database;
using pgsync::test::fake_index;
using pgsync::test::fake_sink;
using pgsync::test::fake_source;
using postgres::field;
using postgres::field_kind;
using postgres::lsn;
namespace change = pgsync::postgres::change;
using id_to_json = std::map<std::string, std::string>;

namespace sync_pipeline_test {

struct Guest {
    int id;
    std::string name;
};
struct Booking {
    int id;
    std::string note;
    belongs_to<Guest> guest;
};
struct bookings : pgsync::index<Booking> {};

constexpr std::uint32_t booking_oid = 1;
constexpr std::uint32_t guest_oid = 2;
constexpr std::size_t of_guest = 1;  // route
constexpr std::size_t wide = 2'500;  // owners: a fan-out

inline field text(const std::string& value) { return {field_kind::text, value}; }

using tested = pipeline::sync_pipeline<fake_changes, queue::memory_queue, fake_source, fake_sink>;

/// A pipeline on a thread of its own, and the world around it.
struct fixture {
    fake_database database;
    fake_changes changes{database.diary};
    fake_source source{database};
    std::vector<postgres::index_binding> bindings{
        {&compiled<bookings>,
         {23},
         {{booking_oid, R"("public"."booking")", {23}}, {guest_oid, R"("public"."guest")", {23}}}}};
    pipeline::follow_settings settings;
    pipeline::index_access access;
    fake_index index{database.diary};
    std::unique_ptr<fake_sink> own_prompt = std::make_unique<fake_sink>(index);
    std::unique_ptr<fake_sink> own_fan_out = std::make_unique<fake_sink>(index);
    fake_sink* prompt = own_prompt.get();    ///< while it runs
    fake_sink* fan_out = own_fan_out.get();  ///< while it runs
    tested::hooks hooks;
    stop_request stop;
    std::vector<lsn> recorded;
    std::thread thread;
    std::exception_ptr ended;
    bool over = false;

    fixture() {
        settings.slot = "pgsync_bookings";
        settings.record_every = std::chrono::milliseconds(0);
        settings.storage.resize(1);
        access = index.access();
        access.claim = [this] { database.diary.note("claim"); };
        access.record = [this](lsn position) {
            const std::lock_guard lock(database.diary.mutex);
            recorded.push_back(position);
        };
        access.interrupt = [this] { database.diary.note("interrupt"); };
        access.resume = [this] { database.diary.note("resume"); };
        hooks.connect = [this] { return std::make_unique<fake_source>(database); };
        hooks.abandon = [this] { database.diary.note("abandon"); };
    }
    ~fixture() {
        if (!thread.joinable()) return;
        stop.request();
        thread.join();
    }

    void run() {
        thread = std::thread([this] {
            try {
                queue::memory_queue changed({2});
                tested line(settings, bindings, changes, changed, source,
                            {std::move(own_prompt), std::move(own_fan_out)}, access, hooks);
                line.run(stop.fd());
            } catch (...) {
                ended = std::current_exception();
            }
            const std::lock_guard lock(database.diary.mutex);
            over = true;
            database.diary.changed.notify_all();
        });
    }
    /// Asks it to stop and returns what it ended with, `errc{}` for peace.
    std::optional<errc> end() {
        stop.request();
        return outcome();
    }
    /// Waits for its end.
    std::optional<errc> outcome() {
        REQUIRE(database.diary.wait([this] { return over; }));
        thread.join();
        if (!ended) return std::nullopt;
        try {
            std::rethrow_exception(ended);
        } catch (const error& problem) {
            return problem.code();
        }
    }

    /// Commits a booking, visible at once.
    lsn insert(const std::string& id, const std::string& json) {
        {
            const std::lock_guard lock(database.diary.mutex);
            database[id] = {json};
        }
        return changes.commit([id](const auto& on_event) {
            describe(on_event);
            const std::vector<field> row{text(id), text("x"), text("5")};
            on_event(change::insert{booking_oid, row});
        });
    }
    lsn remove(const std::string& id) {
        {
            const std::lock_guard lock(database.diary.mutex);
            database.erase(id);
        }
        return changes.commit([id](const auto& on_event) {
            describe(on_event);
            const std::vector<field> row{text(id), {field_kind::null, {}}, {field_kind::null, {}}};
            on_event(change::remove{booking_oid, postgres::old_row::key, row});
        });
    }
    /// A guest changes, whom so many bookings show.
    lsn rename_guest(const std::string& id) {
        return changes.commit([id](const auto& on_event) {
            describe(on_event);
            const std::vector<field> row{text(id), text("new")};
            on_event(change::update{guest_oid, postgres::old_row::none, {}, row});
        });
    }
    void many_bookings_of(const std::string& guest) {
        const std::lock_guard lock(database.diary.mutex);
        for (std::size_t i = 1; i <= wide; ++i) {
            const auto id = std::to_string(i);
            database[id] = {"{" + id + "}"};
            database.owners[of_guest][guest].insert(id);
        }
    }
    static void describe(const std::function<void(const postgres::event&)>& on_event) {
        static const std::vector<change::relation_column> booking{
            {true, "id", 23, -1}, {false, "note", 25, -1}, {false, "guest_id", 23, -1}};
        static const std::vector<change::relation_column> guest{{true, "id", 23, -1},
                                                                {false, "name", 25, -1}};
        on_event(change::relation{booking_oid, "public", "booking", 'd', booking});
        on_event(change::relation{guest_oid, "public", "guest", 'd', guest});
    }
    [[nodiscard]] bool wait_documents(const id_to_json& expected) {
        return database.diary.wait([&] { return index.documents() == expected; });
    }
};

}  // namespace sync_pipeline_test
using namespace sync_pipeline_test;

TEST_CASE_METHOD(fixture, "a change is written, recorded with the index, and only then confirmed") {
    run();
    const auto one = insert("1", "{one}");
    REQUIRE(changes.wait_confirmed(one));
    CHECK(index.documents() == id_to_json{{"1", "{one}"}});
    REQUIRE_FALSE(recorded.empty());
    CHECK(recorded.back() >= one);
    const auto two = remove("1");
    REQUIRE(changes.wait_confirmed(two));
    CHECK(index.documents().empty());
    CHECK_FALSE(end());
    CHECK(changes.closed());
    CHECK(database.diary.count("confirmed backwards") == 0);
}

TEST_CASE_METHOD(fixture, "nothing is confirmed before the cluster has it, in whatever order it answers") {
    prompt->hold();
    run();
    const auto one = insert("1", "{one}");
    REQUIRE(prompt->wait_for_jobs(1));
    const auto two = insert("2", "{two}");
    REQUIRE(prompt->wait_for_jobs(2));
    REQUIRE(changes.wait_statuses(3));
    CHECK(changes.confirmed() < one);
    prompt->acknowledge(1);
    REQUIRE(changes.wait_statuses(3));
    CHECK(changes.confirmed() < one);
    prompt->acknowledge(0);
    REQUIRE(changes.wait_confirmed(two));
    CHECK_FALSE(end());
}

TEST_CASE_METHOD(fixture, "nothing is confirmed before what was read for it is on the database's disk") {
    database.durable = lsn{5'000};
    run();
    const auto one = insert("1", "{one}");
    REQUIRE(wait_documents({{"1", "{one}"}}));
    REQUIRE(changes.wait_statuses(3));
    CHECK(changes.confirmed() < one);
    // The server says by keepalives how far it is.
    while (changes.idle_wal() < lsn{5'000}) {
    }
    REQUIRE(changes.wait_confirmed(one));
    CHECK_FALSE(end());
}

TEST_CASE_METHOD(fixture, "a stop waits until what was read is on the database's disk") {
    database.durable = lsn{5'000};
    changes.set_flushed(lsn{1'010});
    run();
    const auto one = insert("1", "{one}");
    REQUIRE(wait_documents({{"1", "{one}"}}));
    stop.request();
    REQUIRE(changes.wait_statuses(3));
    CHECK(changes.confirmed() < one);
    changes.set_flushed(lsn{5'000});
    CHECK_FALSE(outcome());
    CHECK(changes.confirmed() >= one);
}

TEST_CASE_METHOD(fixture, "nothing is confirmed before the index has been told") {
    bool refuses = true;
    access.record = [&](lsn position) {
        const std::lock_guard lock(database.diary.mutex);
        database.diary.note("record");
        if (refuses) throw error(errc::connection, "no cluster");
        recorded.push_back(position);
    };
    run();
    const auto one = insert("1", "{one}");
    REQUIRE(database.diary.wait([&] { return database.diary.count("record") > 0; }));
    REQUIRE(changes.wait_statuses(3));
    CHECK(changes.confirmed() < one);
    {
        const std::lock_guard lock(database.diary.mutex);
        refuses = false;
    }
    REQUIRE(changes.wait_confirmed(one));
    CHECK_FALSE(end());
}

TEST_CASE_METHOD(fixture, "WAL of no concern is confirmed while nothing is to be done") {
    run();
    REQUIRE(changes.wait_confirmed(changes.idle_wal()));
    CHECK_FALSE(end());
}

TEST_CASE_METHOD(fixture, "a small change overtakes a fan-out, and the slot waits for the fan-out") {
    many_bookings_of("5");
    fan_out->hold();
    run();
    const auto one = rename_guest("5");
    REQUIRE(fan_out->wait_for_jobs(1));
    const auto two = insert("9000", "{small}");
    REQUIRE(database.diary.wait([&] { return index.documents().contains("9000"); }));
    REQUIRE(changes.wait_statuses(3));
    CHECK(changes.confirmed() < one);
    fan_out->acknowledge();
    REQUIRE(changes.wait_confirmed(two));
    CHECK(index.documents().size() == wide + 1);
    CHECK_FALSE(end());
}

TEST_CASE_METHOD(fixture, "a TRUNCATE waits for fan-outs before it, and leaves nothing") {
    many_bookings_of("5");
    run();
    rename_guest("5");
    database.diary.note("truncate");
    {
        const std::lock_guard lock(database.diary.mutex);
        database.rows.clear();
    }
    const auto end_of_it = changes.commit([](const auto& on_event) {
        static const std::vector<std::uint32_t> tables{booking_oid};
        on_event(change::truncate{tables, false, false});
    });
    REQUIRE(changes.wait_confirmed(end_of_it));
    CHECK(index.documents().empty());
    CHECK_FALSE(end());
}

TEST_CASE_METHOD(fixture, "asked to stop it waits for what was sent, and confirms that") {
    prompt->hold();
    run();
    const auto one = insert("1", "{one}");
    REQUIRE(prompt->wait_for_jobs(1));
    stop.request();
    REQUIRE(changes.wait_statuses(3));
    CHECK(changes.confirmed() < one);
    prompt->acknowledge();
    CHECK_FALSE(outcome());
    CHECK(changes.confirmed() >= one);
}

TEST_CASE_METHOD(fixture, "where the cluster does not answer in time a stop confirms nothing of it") {
    settings.stop_timeout = std::chrono::seconds(0);
    prompt->hold();
    run();
    const auto one = insert("1", "{one}");
    REQUIRE(prompt->wait_for_jobs(1));
    CHECK(end() == errc::interrupted);
    CHECK(changes.confirmed() < one);
    CHECK(database.diary.count("interrupt") == 1);
    CHECK(database.diary.count("abandon") == 1);
}

TEST_CASE_METHOD(fixture, "a fan-out that a stop interrupts is not confirmed, nor anything after it") {
    many_bookings_of("5");
    hooks.connect = [this] {
        stop.request();
        // By the third of them it has heard that.
        if (!changes.wait_statuses(3)) database.diary.note("silence");
        return std::make_unique<fake_source>(database);
    };
    run();
    const auto one = rename_guest("5");
    CHECK_FALSE(outcome());
    CHECK(changes.confirmed() < one);
    CHECK(changes.closed());
    CHECK(index.documents().empty());
    CHECK(database.diary.count("silence") == 0);
}

TEST_CASE_METHOD(fixture, "a bulk that fails for good ends the pipeline, and nothing of it is confirmed") {
    prompt->hold();
    run();
    const auto one = insert("1", "{one}");
    REQUIRE(prompt->wait_for_jobs(1));
    prompt->fail(error(errc::rejected, "the cluster rejects document 1"));
    CHECK(outcome() == errc::rejected);
    CHECK(changes.confirmed() < one);
    // What waits for the cluster or the database is ended; the cluster is there for whoever comes next.
    CHECK(database.diary.in_order("abandon", "interrupt"));
    CHECK(database.diary.in_order("interrupt", "resume"));
}

TEST_CASE_METHOD(fixture, "a fan-out loader that cannot connect ends the pipeline") {
    many_bookings_of("5");
    hooks.connect = []() -> std::unique_ptr<fake_source> { throw error(errc::connection, "no database"); };
    run();
    const auto one = rename_guest("5");
    CHECK(outcome() == errc::connection);
    CHECK(changes.confirmed() < one);
}

TEST_CASE_METHOD(fixture, "where what was checked at the start no longer holds nothing more is confirmed") {
    bool changed = false;
    settings.check = [&] {
        const std::lock_guard lock(database.diary.mutex);
        if (changed) throw error(errc::changed, "the tables are not what they were");
    };
    run();
    const auto one = insert("1", "{one}");
    REQUIRE(changes.wait_confirmed(one));
    {
        const std::lock_guard lock(database.diary.mutex);
        changed = true;
    }
    const auto two = insert("2", "{two}");
    CHECK(outcome() == errc::changed);
    CHECK(changes.confirmed() < two);
}

TEST_CASE_METHOD(fixture, "the server hears from it while it claims its indices") {
    access.claim = [this] {
        database.diary.note("claiming");
        if (!changes.wait_statuses(3)) database.diary.note("silence");
    };
    run();
    REQUIRE(changes.wait_confirmed(insert("1", "{one}")));
    CHECK_FALSE(end());
    CHECK(database.diary.count("silence") == 0);
    CHECK(database.diary.in_order("start", "claiming"));
}

TEST_CASE_METHOD(fixture, "an index that is claimed by another is not written") {
    access.claim = [] { throw error(errc::superseded, "another program was faster"); };
    insert("1", "{one}");
    run();
    CHECK(outcome() == errc::superseded);
    CHECK(index.documents().empty());
}

TEST_CASE_METHOD(fixture, "with once it ends when everything before its start is confirmed") {
    settings.once = true;
    const auto one = insert("1", "{one}");
    run();
    CHECK_FALSE(outcome());
    CHECK(changes.confirmed() >= one);
    CHECK(index.documents() == id_to_json{{"1", "{one}"}});
}

TEST_CASE_METHOD(fixture, "a reader that keeps the slot confirms nothing, and says what is applied") {
    settings.once = settings.keep_slot = true;
    const auto one = insert("1", "{one}");
    run();
    CHECK_FALSE(outcome());
    CHECK(changes.confirmed() == lsn{});
    CHECK(changes.applied() == lsn{});
    REQUIRE_FALSE(recorded.empty());
    CHECK(recorded.back() >= one);
}

TEST_CASE_METHOD(fixture, "killed at any point, the next life ends with the same documents") {
    // What is not confirmed is delivered again: the events of both lives, in order, from the confirmed one
    // on.
    prompt->hold();
    run();
    insert("1", "{old}");
    REQUIRE(prompt->wait_for_jobs(1));
    prompt->fail(error(errc::connection, "killed"));
    CHECK(outcome() == errc::connection);

    fixture next;
    next.database.clock = database.clock + 100;  // versions go on above
    next.insert("1", "{old}");
    const auto last = next.remove("1");
    next.run();
    REQUIRE(next.changes.wait_confirmed(last));
    CHECK(next.index.documents().empty());
    CHECK_FALSE(next.end());
}
