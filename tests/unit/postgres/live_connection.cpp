#include <optional>
#include <string>

#include "contains.hpp"
#include "live_database.hpp"
#include <pgsync/postgres/connection.hpp>

using pgsync::errc;
using namespace pgsync::postgres;

// libpqxx 6.4 never frees the result that tells of a lost connection: not ours to fix.
extern "C" __attribute__((weak)) const char* __lsan_default_suppressions() { return "leak:libpqxx-6"; }

TEST_CASE("a live administrative connection runs SQL with parameters", "[.][postgres][connection]") {
    const live_database database;
    const live_variable style("PGDATESTYLE", "German");
    admin_connection admin(database.conninfo());
    CHECK(admin.server_version() >= oldest_version);
    const auto rows = admin.query(
        "SELECT $1::text, $2::int + 1, $3::text, date '2024-02-29' UNION ALL SELECT '', 1, 'x', NULL",
        {"it's 😀 \\", "41", std::nullopt});
    REQUIRE(rows.size() == 2);
    CHECK(rows[0] == admin_connection::row{"it's 😀 \\", "42", std::nullopt, "2024-02-29"});
    CHECK(rows[1] == admin_connection::row{"", "1", "x", std::nullopt});
    CHECK(admin.query("SELECT 1 WHERE false").empty());
    CHECK(admin.query("SHOW application_name").at(0).at(0) == "pgsync");
}

TEST_CASE("a live administrative connection makes publications and slots", "[.][postgres][publications]") {
    const live_database database;
    admin_connection admin(database.conninfo());
    admin.execute("CREATE TABLE \"Odd 'table\" (id int PRIMARY KEY)");
    admin.execute("CREATE PUBLICATION p FOR TABLE \"Odd 'table\"");
    const auto& name = database.name();
    const auto made =
        admin.query("SELECT slot_name FROM pg_create_logical_replication_slot($1, $2)", {name, "pgoutput"});
    CHECK(made.at(0).at(0) == name);
    const auto again = error_of([&] {
        (void)admin.query("SELECT pg_create_logical_replication_slot($1, $2)", {name, "pgoutput"});
    });
    CHECK(again.code() == errc::replication);
    CHECK(again.sqlstate() == "42710");
    CHECK_THAT(again.what(), contains("replication slot \"" + name + "\" already exists [42710] in: SELECT"));
    admin.execute("SELECT pg_drop_replication_slot(" + quote_literal(name) + ")");
}

TEST_CASE("a live administrative connection tells errors as a session does", "[.][postgres][connection]") {
    const live_database database;
    admin_connection admin(database.conninfo());
    const auto missing = error_of([&] { admin.execute("SELECT * FROM no_such_table"); });
    CHECK(missing.code() == errc::catalog);
    CHECK(missing.sqlstate() == "42P01");
    CHECK_THAT(missing.what(), contains("relation \"no_such_table\" does not exist [42P01]"));
    CHECK(error_of([&] { admin.execute("SELECT 1/0"); }).code() == errc::database);
    CHECK(error_of([&] { admin.execute("SELECT lenght('x')"); }).remedy().find("No function matches") == 0);
    CHECK(admin.query("SELECT 1").at(0).at(0) == "1");
    auto session = database.open();
    for (const std::string state : {"40001", "40P01", "53100", "53200", "53300", "55P03", "57014"}) {
        const auto raise = "DO $$BEGIN RAISE EXCEPTION 'raised' USING ERRCODE = '" + state + "'; END$$";
        const auto found = error_of([&] { admin.execute(raise); });
        CAPTURE(state, found.what());
        CHECK(found.code() == error_of([&] { session.exec(raise); }).code());
        CHECK(found.sqlstate() == state);
    }

    const auto pid = admin.query("SELECT pg_backend_pid()").at(0).at(0).value();
    database.open().exec("SELECT pg_terminate_backend(" + pid + ")");
    CHECK(error_of([&] { admin.execute("SELECT pg_sleep(60)"); }).code() == errc::connection);
    CHECK(error_of([&] { admin.execute("SELECT 1"); }).code() == errc::connection);
}

TEST_CASE("a live administrative connection that fails says where and what to do",
          "[.][postgres][connection]") {
    const live_database database;
    const auto missing = error_of([] { admin_connection{"dbname=pgsync_no_such_database"}; });
    CHECK(missing.code() == errc::configuration);
    CHECK(missing.sqlstate() == "3D000");
    const auto away = error_of([] { admin_connection{"postgresql://me:hush@127.0.0.1:1/x"}; });
    CHECK(away.code() == errc::connection);
    CHECK_THAT(away.what(), contains("127.0.0.1:1/x") && !contains("hush"));
}
