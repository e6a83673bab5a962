#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "fake_stores.hpp"
#include <pgsync/base/error.hpp>
#include <pgsync/pipeline/document_loader.hpp>
#include <pgsync/shape.hpp>

using namespace pgsync;
using pgsync::test::fake_database;
using pgsync::test::fake_index;
using pgsync::test::fake_sink;
using pgsync::test::fake_source;
using strings = std::vector<std::string>;
using documents = std::map<std::string, std::string>;

namespace document_loader_test {

struct Guest {
    int id;
    std::string name;
};
struct Booking {
    int id;
    std::string region;
    belongs_to<Guest> guest;
};
struct bookings : pgsync::index<Booking> {};
struct regional : pgsync::index<Booking> {
    static constexpr std::string_view routing = "region";
};

using loader = pipeline::document_loader<fake_source, fake_sink>;
constexpr std::size_t of_guest = 1;  // route

struct fixture {
    fake_database database;
    fake_source source{database};
    fake_index index{database.diary};
    fake_sink sink{index};
    std::vector<postgres::index_binding> bindings;
    bool stopped = false;
    loader::settings settings{.join_keys_at_once = 2, .keys_at_once = 3, .owners_at_once = 4, .page_size = 3};
    std::optional<loader> reader;
    std::vector<pipeline::fan_out> fan_outs;
    queue::batch todo;

    explicit fixture(const compiled_index& of = compiled<bookings>)
        : bindings{{&of, {23}, {{1, "booking", {23}}, {2, "guest", {23}}}}} {
        reader.emplace(source, bindings, sink, index.access(), settings, [this] { return stopped; });
        clear();
    }
    void clear() {
        todo = {};
        todo.indices.resize(1);
        todo.indices[0].join_keys.resize(2);
    }
    queue::index_batch& mine() { return todo.indices[0]; }

    /// Does what is to be done as one job; fan-outs are gathered.
    loader::outcome load() {
        pipeline::storage_watch storage(bindings, {{}});
        sink.begin_job([] {});
        auto out = reader->load(std::move(todo), storage,
                                {[this](pipeline::fan_out&& each) { fan_outs.push_back(std::move(each)); },
                                 [this] { database.diary.note("settle"); }});
        sink.end_job();
        clear();
        return out;
    }
    void fill(int rows) {
        for (int i = 1; i <= rows; ++i) database[std::to_string(i)] = {"{" + std::to_string(i) + "}"};
    }
    errc interrupted_load() {
        try {
            load();
        } catch (const error& problem) {
            return problem.code();
        }
        return errc::protocol;
    }
    std::size_t noted(const std::string& what) const { return database.diary.count(what); }
};
struct routed : fixture {
    routed() : fixture(compiled<regional>) {}
};

}  // namespace document_loader_test
using namespace document_loader_test;

TEST_CASE_METHOD(fixture,
                 "rows that are there are written, rows that are gone deleted, with the snapshot's version") {
    database["1"] = {"{one}"};
    mine().keys = {"1", "2"};
    todo.xids = {77};
    database.durable = postgres::lsn{70};
    const auto done = load();
    CHECK(index.documents() == documents{{"1", "{one}"}});
    CHECK(index.version_of("1") == database.clock);
    CHECK(index.version_of("2") == database.clock);
    CHECK(done.durable == postgres::lsn{70});
    // One snapshot, which must see the transaction, and one bulk.
    CHECK(database.diary.list() == strings{"begin seeing 77", "read 2", "bulk 2"});
}

TEST_CASE_METHOD(fixture, "what the transform leaves out is deleted") {
    database["1"] = {.json = "{one}", .kept = false};
    mine().keys = {"1"};
    load();
    CHECK(index.documents().empty());
    CHECK(index.version_of("1") == database.clock);
}

TEST_CASE_METHOD(fixture, "many keys are read in several snapshots, each of which is later") {
    fill(10);
    for (int i = 1; i <= 10; ++i) mine().keys.insert(std::to_string(i));
    load();
    CHECK(index.documents().size() == 10);
    CHECK(noted("begin") == 4);  // three at a time
    CHECK(database.clock == 8);
}

TEST_CASE_METHOD(fixture, "owners of join keys are read with the keys that are known") {
    fill(4);
    database.owners[of_guest]["5"] = {"2", "3"};
    database.owners[of_guest]["6"] = {"3"};
    mine().keys = {"1", "3"};
    mine().join_keys[of_guest] = {"5", "6", "7"};
    load();
    CHECK(index.documents() == documents{{"1", "{1}"}, {"2", "{2}"}, {"3", "{3}"}});
    CHECK(fan_outs.empty());
}

TEST_CASE_METHOD(fixture, "a fan-out goes elsewhere, after what is small has been sent") {
    fill(6);
    database.owners[of_guest]["5"] = {"1", "2", "3", "4", "5"};
    mine().keys = {"6"};
    mine().join_keys[of_guest] = {"5"};
    load();
    CHECK(index.documents() == documents{{"6", "{6}"}});
    REQUIRE(fan_outs.size() == 1);
    CHECK(fan_outs[0].join_keys == strings{"5"});
}

TEST_CASE_METHOD(fixture, "a fan-out is read in pieces, each in a snapshot of its own") {
    fill(5);
    database.owners[of_guest]["5"] = {"1", "2", "3", "4", "5"};
    fake_source held(database, "held: ");
    sink.begin_job([] {});
    reader->load_fan_out({0, of_guest, {"5"}}, held);
    sink.end_job();
    CHECK(index.documents().size() == 5);
    CHECK(noted("held: hold") == 1);
    CHECK(noted("begin") == 2);
    // The owners were found in the first snapshot of all: nothing read is older.
    CHECK(database.diary.list().front() == "held: begin");
}

TEST_CASE_METHOD(fixture, "a small change that overtakes a fan-out wins, whichever bulk comes last") {
    fill(5);
    database.owners[of_guest]["5"] = {"1", "2", "3", "4", "5"};
    fake_source held(database, "held: ");
    fake_source quick(database);
    fake_index apart(database.diary);
    fake_sink between(apart);
    loader other(quick, bindings, between, apart.access(), settings, [] { return false; });
    // Once the fan-out has read document 1, it changes, and its own change is written first.
    bool overtaken = false;
    database.diary.on_entry = [&](const std::string& what) {
        if (what != "read 2" || std::exchange(overtaken, true)) return;
        database["1"].json = "{new}";
        pipeline::storage_watch storage(bindings, {{}});
        queue::batch small;
        small.indices.resize(1);
        small.indices[0].join_keys.resize(2);
        small.indices[0].keys = {"1"};
        between.begin_job([] {});
        other.load(std::move(small), storage, {});
        between.end_job();
    };
    sink.begin_job([] {});
    reader->load_fan_out({0, of_guest, {"5"}}, held);
    sink.end_job();
    REQUIRE(overtaken);
    CHECK(apart.version_of("1") > index.version_of("1"));
    CHECK(apart.documents() == documents{{"1", "{new}"}});
}

TEST_CASE_METHOD(fixture, "after a TRUNCATE of the root what the index holds is looked up") {
    fill(5);
    for (int i = 1; i <= 5; ++i) mine().keys.insert(std::to_string(i));
    load();
    database.rows.clear();
    database["3"] = {"{again}"};
    database.diary.clear();
    mine().rescan_index = true;
    mine().keys = {"3"};
    load();
    CHECK(index.documents() == documents{{"3", "{again}"}});
    // What waits, or is on its way, would not be found: it comes first, and fan-outs with it.
    CHECK(database.diary.in_order("settle", "bulk 1"));
    CHECK(database.diary.in_order("bulk 1", "drain"));
    CHECK(database.diary.in_order("drain", "refresh"));
    CHECK(database.diary.in_order("refresh", "scan"));
}

TEST_CASE_METHOD(fixture,
                 "a rescan goes by snapshots that are later than the scan, and so deletes nothing newer") {
    fill(2);
    mine().keys = {"1", "2"};
    load();
    const auto before = database.clock;
    database.erase("2");
    mine().rescan_index = true;
    load();
    CHECK(index.version_of("2") > before);
    CHECK(index.documents() == documents{{"1", "{1}"}});
}

TEST_CASE_METHOD(fixture, "documents that no row can have are deleted by a rescan, without asking for them") {
    fill(1);
    mine().keys = {"1"};
    load();
    index.take({"abc", ""}, {1, "{foreign}"});
    mine().rescan_index = true;
    load();
    CHECK(index.documents() == documents{{"1", "{1}"}});
}

TEST_CASE_METHOD(fixture, "orphans are those below a version alone") {
    fill(3);
    mine().keys = {"1", "2", "3"};
    load();
    const auto below = database.clock + 1;
    database.rows.clear();
    index.take({"9", ""}, {below, "{written later}"});
    sink.begin_job([] {});
    reader->remove_orphans(0, below);
    sink.end_job();
    CHECK(index.documents() == documents{{"9", "{written later}"}});
}

TEST_CASE_METHOD(fixture, "after a TRUNCATE of another table every document is read again, page by page") {
    fill(7);
    mine().reload = true;
    load();
    CHECK(index.documents().size() == 7);
    CHECK(noted("page 1-3") == 1);
    CHECK(noted("page 4-6") == 1);
    CHECK(noted("page 7-7") == 1);
}

TEST_CASE_METHOD(fixture, "a row that fails the query for all others is refused alone") {
    fill(3);
    database["2"].poisons = true;
    mine().keys = {"1", "2", "3", "4"};
    load();
    CHECK(index.documents() == documents{{"1", "{1}"}, {"3", "{3}"}});
    CHECK(index.refused() == strings{"2: postgresql_22012: division by zero"});
    // In a reload as well.
    mine().reload = true;
    load();
    CHECK(index.documents() == documents{{"1", "{1}"}, {"3", "{3}"}});
    CHECK(index.refused().size() == 2);
}

TEST_CASE_METHOD(routed, "a routed document is deleted wherever it may be but where it was just written") {
    database["1"] = {.json = "{moved}", .routing = "south"};
    index.take({"1", "north"}, {1, "{old}"});
    mine().keys = {"1", "2"};
    mine().routings["1"] = {"north", "south"};
    mine().routings["2"] = {"north"};
    index.take({"2", "north"}, {1, "{gone}"});
    load();
    CHECK(index.documents() == documents{{"1/south", "{moved}"}});
    // Two routings may mean one shard: the delete must not win there.
    CHECK(index.version_of("1", "north") == index.version_of("1", "south") - 1);
    CHECK(index.version_of("2", "north") == database.clock);
}

TEST_CASE_METHOD(fixture, "asked to stop it begins nothing more, and gives the work up") {
    fill(10);
    for (int i = 1; i <= 10; ++i) mine().keys.insert(std::to_string(i));
    database.diary.on_entry = [this](const std::string& what) { stopped = stopped || what == "read 3"; };
    CHECK(interrupted_load() == errc::interrupted);
    CHECK(noted("begin") == 1);
}

TEST_CASE_METHOD(fixture, "asked to stop it scans no index, at whatever step of a rescan that is") {
    fill(3);
    mine().keys = {"1", "2", "3"};
    load();
    for (const std::string step : {"settle", "drain", "refresh"}) {
        stopped = false;
        database.diary.clear();
        auto access = index.access();
        const auto stop_at = [&](const std::string& what) { stopped = stopped || what == step; };
        database.diary.on_entry = stop_at;
        access.drain = [before = access.drain, stop_at] {
            before();
            stop_at("drain");
        };
        access.refresh = [before = access.refresh, stop_at](std::size_t number) {
            before(number);
            stop_at("refresh");
        };
        loader careful(source, bindings, sink, access, settings, [this] { return stopped; });
        pipeline::storage_watch storage(bindings, {{}});
        clear();
        mine().rescan_index = true;
        sink.begin_job([] {});
        CAPTURE(step);
        CHECK_THROWS_AS(careful.load(std::move(todo), storage,
                                     {[](pipeline::fan_out&&) {}, [this] { database.diary.note("settle"); }}),
                        error);
        CHECK(noted("scan") == 0);
        CHECK(noted("drain") == (step == "settle" ? 0 : 1));
        CHECK(noted("refresh") == (step == "refresh" ? 1 : 0));
    }
}

TEST_CASE_METHOD(fixture, "a bulk that failed for good ends the work at its next one") {
    fill(1);
    mine().keys = {"1"};
    sink.fail(error(errc::index, "index \"bookings\" is gone"));
    CHECK(interrupted_load() == errc::index);
}

TEST_CASE_METHOD(fixture, "another file of a table has everything read again, where the WAL lacks TRUNCATE") {
    fill(2);
    database.files = {{"booking", "1/2"}, {"guest", "2/2"}};
    todo.check_storage = true;
    const auto done = load();
    CHECK(done.changed == std::vector<std::size_t>{0});
    CHECK(index.documents().size() == 2);
    CHECK(noted("scan") == 1);
}
