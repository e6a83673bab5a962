#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include "../postgres/contains.hpp"
#include "../postgres/live_database.hpp"
#include <pgsync/postgres/session.hpp>
#include <pgsync/wal/pgoutput.hpp>
#include <pgsync/wal/replication.hpp>

using pgsync::errc;
using namespace pgsync::postgres;
using namespace std::chrono_literals;

namespace {

const std::vector<std::string> publications{"Odd 'pub\""};

/// A database with a publication of all tables and a slot named like itself.
struct live_slot {
    live_slot() : session(database.open()), name(database.name()) {
        session.exec("CREATE TABLE t (id int PRIMARY KEY, f float8, b bytea, at timestamptz)");
        session.exec("CREATE PUBLICATION " + quote_identifier(publications[0]) + " FOR TABLE t");
        session.exec_params("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", {name});
    }

    lsn confirmed() {
        const auto row = session.exec_params(
            "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = $1", {name});
        return lsn::parse(row.get(0, 0)).value();
    }

    live_database database;
    pgsync::postgres::session session;
    std::string name;
};

/// Reads until a commit, shows inserts as `values;` and returns where the commit ends.
lsn read_transaction(replication_stream& stream, std::string& shown) {
    pgoutput_decoder decoder;
    const auto before = shown.size();
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (std::chrono::steady_clock::now() < deadline) {
        const auto next = stream.receive(1s);
        if (!next) continue;
        const auto* data = std::get_if<xlog_data>(&*next);
        if (data == nullptr) continue;
        const auto decoded = decoder.decode(data->message);
        if (const auto* insert = std::get_if<change::insert>(&decoded)) {
            for (const auto& value : insert->after) shown.append(value.text).append(" ");
            shown += ';';
        }
        // Before version 15 transactions without changes of ours come too.
        const auto* commit = std::get_if<change::commit>(&decoded);
        if (commit != nullptr && shown.size() > before) return commit->end_lsn;
    }
    FAIL("no commit arrived");
    return {};
}

}  // namespace

TEST_CASE("a live stream tells changes in the same text as a query", "[.][postgres][publications]") {
    live_slot slot;
    slot.session.exec("ALTER DATABASE " + slot.database.name() + " SET extra_float_digits = 0");
    const live_variable options("PGOPTIONS", "-c bytea_output=escape -c TimeZone=Asia/Tokyo");
    const live_variable style("PGDATESTYLE", "German");
    replication_stream stream(slot.database.conninfo());
    const auto identity = stream.identify();
    CHECK_FALSE(identity.system.empty());
    CHECK(identity.timeline >= 1);
    CHECK(identity.flushed > lsn{});
    stream.start(slot.name, {}, publications);

    slot.session.exec(
        "INSERT INTO t VALUES (1, float8 '0.1' + float8 '0.2', '\\x00ff', '2024-02-29 12:00+00')");
    std::string shown;
    const auto end = read_transaction(stream, shown);
    const std::string number =
        stream.server_version() >= 120000 ? "0.30000000000000004" : "0.300000000000000044";
    CHECK(shown == "1 " + number + " \\x00ff 2024-02-29 12:00:00+00 ;");
    const auto queried = slot.session.exec("SELECT id, f, b, at FROM t");
    std::string same;
    for (int column = 0; column < 4; ++column) same.append(queried.get(0, column)).append(" ");
    CHECK(shown == same + ";");

    // The server replies to a status at once when asked to, and has then taken it.
    CHECK(slot.confirmed() < end);
    stream.send_status(end, true);
    bool answered = false;
    for (int patience = 0; patience < 30 && !(answered && slot.confirmed() == end); ++patience)
        if (const auto next = stream.receive(1s))
            answered = answered || std::holds_alternative<keepalive>(*next);
    CHECK(answered);
    CHECK(to_string(slot.confirmed()) == to_string(end));
}

TEST_CASE("a live stream starts again from the confirmed position", "[.][postgres][publications]") {
    live_slot slot;
    std::string shown;
    {
        replication_stream stream(slot.database.conninfo());
        stream.start(slot.name, {}, publications);
        slot.session.exec("INSERT INTO t VALUES (1)");
        slot.session.exec("INSERT INTO t VALUES (2)");
        const auto end = read_transaction(stream, shown);
        read_transaction(stream, shown);
        stream.send_status(end);
        stream.close();
    }
    CHECK(shown == "1    ;2    ;");
    // A clean close has freed the slot already.
    CHECK(
        slot.session.exec_params("SELECT active FROM pg_replication_slots WHERE slot_name = $1", {slot.name})
            .get(0, 0) == "f");
    replication_stream again(slot.database.conninfo());
    again.start(slot.name, {}, publications);
    shown.clear();
    read_transaction(again, shown);
    CHECK(shown == "2    ;");
}

TEST_CASE("a live slot that somebody reads is told from one that is missing", "[.][postgres][publications]") {
    live_slot slot;
    replication_stream first(slot.database.conninfo());
    first.start(slot.name, {}, publications);
    replication_stream second(slot.database.conninfo());
    const auto busy = error_of([&] { second.start(slot.name, {}, publications); });
    CHECK(slot_in_use(busy));
    CHECK_THAT(busy.what(), contains("is active for PID"));
    const auto missing = error_of([&] { second.start("no_such_slot", {}, publications); });
    CHECK(missing.code() == errc::replication);
    CHECK_FALSE(slot_in_use(missing));
    first.close();
    second.start(slot.name, {}, publications);
}

TEST_CASE("a live stream of a missing publication ends with its name", "[.][postgres][publications]") {
    live_slot slot;
    // Version 18 goes on without it, and says so in its own log only.
    if (slot.session.server_version() >= 180000) return;
    replication_stream stream(slot.database.conninfo());
    const std::vector<std::string> missing{"No such publication"};
    const auto problem = error_of([&] {
        stream.start(slot.name, {}, missing);
        slot.session.exec("INSERT INTO t VALUES (1)");
        std::string shown;
        read_transaction(stream, shown);
    });
    CHECK(problem.code() == errc::replication);
    CHECK(problem.sqlstate() == "42704");
    CHECK_THAT(problem.what(), contains("No such publication"));
}

TEST_CASE("a live receive ends with its time or its wake descriptor", "[.][postgres][publications]") {
    live_slot slot;
    replication_stream stream(slot.database.conninfo());
    stream.start(slot.name, {}, publications);
    while (stream.receive(0ms)) {
    }
    const live_signal wake;
    wake.raise();
    std::optional<frame> got;
    // Longer than the test's own time limit would be: only the descriptor can end it.
    for (int keepalives = 0; keepalives < 100; ++keepalives)
        if (got = stream.receive(std::chrono::hours(10), wake.fd()); !got) break;
    CHECK_FALSE(got);
}

TEST_CASE("a live stream that the server ends is a lost connection", "[.][postgres][publications]") {
    live_slot slot;
    replication_stream stream(slot.database.conninfo());
    stream.start(slot.name, {}, publications);
    slot.session.exec("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = " +
                      quote_literal(slot.name));
    const auto problem = error_of([&] {
        std::string shown;
        read_transaction(stream, shown);
    });
    CHECK(problem.code() == errc::connection);
    CHECK_THAT(problem.what(), contains("/" + slot.database.name()));
    CHECK(error_of([&] { (void)stream.receive(0ms); }).code() == errc::connection);
    CHECK(error_of([&] { stream.send_status(lsn{1}); }).code() == errc::connection);
    stream.close();
    CHECK(error_of<pgsync::error>([&] { (void)stream.receive(0ms); }).code() == errc::connection);
}

TEST_CASE("a live stream is not for roles without the right to it", "[.][postgres][publications]") {
    live_slot slot;
    const auto role = slot.name + "_plain";
    slot.session.exec("CREATE ROLE " + role + " LOGIN PASSWORD 'x'");
    const auto problem =
        error_of([&] { replication_stream stream(slot.database.conninfo("password=x user=" + role)); });
    CHECK(problem.code() == errc::permission);
    CHECK_THAT(problem.remedy(), contains("REPLICATION"));
    slot.session.exec("DROP ROLE " + role);
}

TEST_CASE("a live stream of a large transaction comes whole", "[.][postgres][publications]") {
    live_slot slot;
    replication_stream stream(slot.database.conninfo());
    stream.start(slot.name, {}, publications);
    slot.session.exec(
        "INSERT INTO t SELECT n, n, decode(repeat('00', 100), 'hex') FROM generate_series(1, 20000) n");
    std::string shown;
    read_transaction(stream, shown);
    CHECK(std::count(shown.begin(), shown.end(), ';') == 20'000);
}

TEST_CASE("a live stream of test_decoding runs with the same settings on every version",
          "[.][postgres][replication]") {
    const live_database database;
    auto session = database.open();
    session.exec("CREATE TABLE t (id int PRIMARY KEY, f float8, b bytea, at timestamptz)");
    session.exec_params("SELECT pg_create_logical_replication_slot($1, 'test_decoding')", {database.name()});
    const live_variable options("PGOPTIONS",
                                "-c bytea_output=escape -c extra_float_digits=0 -c TimeZone=Asia/Tokyo");
    replication_stream stream(database.conninfo());
    const std::vector<plugin_option> plugin{{"skip-empty-xacts", "on"}, {"include-xids", "off"}};
    stream.start(database.name(), {}, plugin);
    session.exec("INSERT INTO t VALUES (1, float8 '0.1' + float8 '0.2', '\\x00ff', '2024-02-29 12:00+00')");
    std::string seen;
    for (int patience = 0; patience < 30 && seen.find("COMMIT") == std::string::npos; ++patience) {
        const auto next = stream.receive(1s);
        if (const auto* data = next ? std::get_if<xlog_data>(&*next) : nullptr)
            seen.append(data->message).append(";");
    }
    const std::string number =
        stream.server_version() >= 120000 ? "0.30000000000000004" : "0.300000000000000044";
    CHECK(seen == "BEGIN;table public.t: INSERT: id[integer]:1 f[double precision]:" + number +
                      " b[bytea]:'\\x00ff' at[timestamp with time zone]:'2024-02-29 12:00:00+00';COMMIT;");
    if (stream.server_version() >= 100000) return;
    // There a walsender takes no SQL, and what beats its options cannot be mended.
    const live_variable style("PGDATESTYLE", "German");
    CHECK(error_of<pgsync::error>([&] { replication_stream{database.conninfo()}; }).code() ==
          errc::configuration);
}
