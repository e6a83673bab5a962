#include <array>
#include <chrono>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "contains.hpp"
#include "live_database.hpp"
#include <pgsync/catalog/session_facts.hpp>
#include <pgsync/postgres/session.hpp>

using pgsync::errc;
using namespace pgsync::postgres;
using namespace std::string_literals;

TEST_CASE("a live session runs statements, parameters and prepared statements", "[.][postgres][session]") {
    const live_database database;
    auto session = database.open();
    CHECK(session.server_version() >= oldest_version);
    CHECK_THAT(session.server(), contains("/" + database.name()));
    CHECK(session.exec("SELECT 1; SELECT 2, NULL, ''").get(0, 0) == "2");

    const auto all = session.exec_all("BEGIN; SELECT 'a' UNION ALL SELECT 'b'; COMMIT");
    REQUIRE(all.size() == 3);
    CHECK(all[1].rows() == 2);
    CHECK(all[1].get(1, 0) == "b");

    const auto row = session.exec_params("SELECT $1::text, $2::int + 1, $3::text, $4::text IS NULL",
                                         {"it's 😀 \\ \"", "41", "", std::nullopt});
    CHECK(row.get(0, 0) == "it's 😀 \\ \"");
    CHECK(row.get(0, 1) == "42");
    CHECK_FALSE(row.is_null(0, 2));
    CHECK(row.row(0).flag(3));
    CHECK_THROWS_AS(row.get(1, 0), pgsync::error);
    CHECK_THROWS_AS(row.get(0, 4), pgsync::error);

    const std::array<Oid, 1> types{1009};  // text[]
    session.prepare("elements", "SELECT unnest($1)", types);
    const std::array<std::string_view, 4> elements{"", "NULL", "a,\"b\"", "c\\d\n😀"};
    const auto literal = array_literal(elements);
    const std::vector<std::string_view> views{literal};
    const auto unnested = session.exec_prepared("elements", views);
    REQUIRE(unnested.rows() == 4);
    for (int i = 0; i < 4; ++i) {
        const auto index = static_cast<std::size_t>(i);
        CHECK(session.exec_params("SELECT ($1::text[])[$2]", {literal, std::to_string(i + 1)}).get(0, 0) ==
              elements.at(index));
        CHECK(session.exec("SELECT " + quote_literal(elements.at(index))).get(0, 0) == elements.at(index));
    }
    CHECK(session.exec("CREATE TABLE t (a int); INSERT INTO t SELECT generate_series(1, 7)").affected() == 7);
    CHECK(session.exec_prepared("elements", {std::nullopt}).rows() == 0);
}

TEST_CASE("a live session reads values the same whatever the user's settings are", "[.][postgres][session]") {
    const live_database database;
    const live_variable options("PGOPTIONS",
                                "-c extra_float_digits=0 -c bytea_output=escape -c statement_timeout=1s");
    const live_variable style("PGDATESTYLE", "German");
    const live_variable zone("PGTZ", "Asia/Tokyo");
    const live_variable encoding("PGCLIENTENCODING", "LATIN1");
    database.open().exec("ALTER DATABASE " + database.name() + " SET IntervalStyle = 'iso_8601'");
    auto session = database.open();
    const auto row = session.exec(
        "SELECT timestamptz '2024-02-29 12:00+00', float8 '0.1' + float8 '0.2', '\\x00ff'::bytea, interval "
        "'1 day 2:00', "
        "current_setting('statement_timeout'), current_setting('application_name'), 'é'");
    CHECK(row.get(0, 0) == "2024-02-29 12:00:00+00");
    CHECK(row.get(0, 1) ==
          (session.server_version() >= 120000 ? "0.30000000000000004" : "0.300000000000000044"));
    CHECK(row.get(0, 2) == "\\x00ff");
    CHECK(row.get(0, 3) == "1 day 02:00:00");
    CHECK(row.get(0, 4) == "0");
    CHECK(row.get(0, 5) == "pgsync");
    CHECK(row.get(0, 6) == "é");
    CHECK(database.open("application_name=mine").exec("SHOW application_name").get(0, 0) == "mine");
}

TEST_CASE("a live error says what kind it is and leaves the session usable", "[.][postgres][session]") {
    const live_database database;
    auto session = database.open();
    const auto missing = error_of([&] { session.exec("SELECT * FROM \"no such table\""); });
    CHECK(missing.code() == errc::catalog);
    CHECK(missing.sqlstate() == "42P01");
    CHECK_THAT(missing.what(), contains("no such table"));
    CHECK(error_of([&] { session.exec("SELECT 1/0"); }).code() == errc::database);
    CHECK(error_of([&] { session.exec_params("SELECT $1::int", {"x"}); }).sqlstate() == "22P02");
    CHECK(error_of([&] { session.prepare("bad", "SELECT no_such_column FROM pg_class"); }).code() ==
          errc::catalog);
    CHECK(error_of([&] { session.exec("SELECT pg_drop_replication_slot('no_such_slot')"); }).code() ==
          errc::replication);
    CHECK(error_of<pgsync::error>([&] { session.exec("COPY pg_class FROM STDIN"); }).code() ==
          errc::configuration);
    CHECK(error_of<pgsync::error>([&] { session.exec("COPY pg_class TO STDOUT"); }).code() ==
          errc::configuration);
    CHECK(error_of<pgsync::error>([&] { session.exec("SELECT 1\0, 2"s); }).code() == errc::configuration);
    CHECK(session.exec("SELECT 'still here'").get(0, 0) == "still here");
    CHECK_FALSE(session.in_transaction());
}

TEST_CASE("live rows arrive one by one, and a callback may give up", "[.][postgres][session]") {
    const live_database database;
    auto session = database.open();
    session.prepare("many", "SELECT n, repeat('x', 100) FROM generate_series(1, $1::int) n");
    std::uint64_t sum = 0;
    const std::array<parameter, 1> thousand{"1000"};
    CHECK(session.exec_prepared_rows("many", thousand, [&](const row_view& row) {
        sum += std::stoull(std::string(row.get(0)));
    }) == 1000);
    CHECK(sum == 500'500);

    const std::array<parameter, 1> million{"10000000"};
    CHECK_THROWS_WITH(session.exec_prepared_rows(
                          "many", million, [&](const row_view&) { throw std::runtime_error("enough"); }),
                      "enough");
    CHECK(session.exec("SELECT 1").get(0, 0) == "1");

    session.prepare("fails", "SELECT 1 / (3 - n) FROM generate_series(1, 5) n");
    int seen = 0;
    CHECK(error_of([&] {
              session.exec_prepared_rows("fails", std::array<parameter, 0>{},
                                         [&](const row_view&) { ++seen; });
          }).sqlstate() == "22012");
    CHECK(seen == 2);
    CHECK(session.exec("SELECT 1").get(0, 0) == "1");
}

TEST_CASE("live binary COPY shows rows as the server sends them", "[.][postgres][session]") {
    const live_database database;
    auto session = database.open();
    std::vector<std::string> rows;
    const auto count = session.copy_out_binary(
        "SELECT n::text, CASE WHEN n = 2 THEN NULL ELSE row_to_json(t)::text END FROM (SELECT n, E'a\\n\"😀' "
        "AS s "
        "FROM generate_series(1, 3) n) t ORDER BY n",
        [&](std::span<const field> row) {
            REQUIRE(row.size() == 2);
            rows.push_back(std::string(row[0].text) +
                           (row[1].kind == field_kind::null ? "~" : std::string(row[1].text)));
        });
    CHECK(count == 3);
    CHECK(rows == std::vector<std::string>{"1{\"n\":1,\"s\":\"a\\n\\\"😀\"}", "2~",
                                           "3{\"n\":3,\"s\":\"a\\n\\\"😀\"}"});
    CHECK(session.copy_out_binary("SELECT 1 WHERE false", [](auto) {}) == 0);

    std::size_t largest = 0;
    session.copy_out_binary("SELECT repeat('x', 3000000)",
                            [&](std::span<const field> row) { largest = row[0].text.size(); });
    CHECK(largest == 3'000'000);

    CHECK(error_of([&] { session.copy_out_binary("SELECT nothing", [](auto) {}); }).code() == errc::catalog);
    CHECK(error_of([&] {
              session.copy_out_binary("SELECT 1 / (20000 - n) FROM generate_series(1, 30000) n", [](auto) {});
          }).sqlstate() == "22012");
    CHECK_THROWS_WITH(session.copy_out_binary("SELECT generate_series(1, 10000000)",
                                              [](auto) { throw std::runtime_error("enough"); }),
                      "enough");
    CHECK(session.exec("SELECT 1").get(0, 0) == "1");
}

TEST_CASE("a live wait ends when the stop descriptor is readable", "[.][postgres][session]") {
    const live_database database;
    auto session = database.open();
    const auto pid = std::string(session.exec("SELECT pg_backend_pid()").get(0, 0));
    const live_signal stop;
    session.set_stop_fd(stop.fd());
    CHECK(session.exec("SELECT 1").get(0, 0) == "1");
    std::thread later([&] {
        // When the statement is really running, not before.
        auto watcher = database.open();
        for (int patience = 0; patience < 200; ++patience) {
            if (watcher
                    .exec("SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND wait_event = 'PgSleep' "
                          "AND pid = " +
                          pid)
                    .rows() == 1)
                break;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        stop.raise();
    });
    const auto problem = error_of<pgsync::error>([&] { session.exec("SELECT pg_sleep(600)"); });
    later.join();
    CHECK(problem.code() == errc::interrupted);
    // The statement was cancelled, the session lives on.
    session.set_stop_fd(-1);
    CHECK(session.exec("SELECT 1").get(0, 0) == "1");
}

TEST_CASE("a live session that is cut off says so", "[.][postgres][session]") {
    const live_database database;
    auto session = database.open();
    auto killer = database.open();
    const auto pid = std::string(session.exec("SELECT pg_backend_pid()").get(0, 0));
    killer.exec("SELECT pg_terminate_backend(" + pid + ")");
    const auto problem = error_of([&] { session.exec("SELECT pg_sleep(60)"); });
    CHECK(problem.code() == errc::connection);
    CHECK_THAT(problem.what(), contains("/" + database.name()));
    CHECK_FALSE(session.usable());
    CHECK(error_of([&] { session.exec("SELECT 1"); }).code() == errc::connection);

    auto busy = database.open();
    CHECK(error_of([&] {
              busy.exec("SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)");
          }).sqlstate() == "57P01");
}

TEST_CASE("a live connection that fails says where and what to do", "[.][postgres][session]") {
    const live_database database;
    SECTION("no such database") {
        const auto problem = error_of([] { session("dbname=pgsync_no_such_database"); });
        CHECK(problem.code() == errc::configuration);
        CHECK(problem.sqlstate() == "3D000");
        CHECK_THAT(problem.what(), contains("/pgsync_no_such_database: ") && contains("does not exist"));
        CHECK_THAT(problem.what(), !contains("LOCATION") && !contains("3D000"));
        CHECK_THAT(problem.remedy(), contains("PGDATABASE"));
    }
    SECTION("nobody listens") {
        const auto problem = error_of([] { session("postgresql://me:hush@127.0.0.1:1/x"); });
        CHECK(problem.code() == errc::connection);
        CHECK_THAT(problem.what(),
                   contains("cannot connect to 127.0.0.1:1/x: ") && contains("refused") && !contains("hush"));
        CHECK_THAT(problem.remedy(), contains("PGHOST"));
    }
    SECTION("no such host") {
        const auto problem = error_of([] { session("host=no-such-host.invalid"); });
        CHECK(problem.code() == errc::connection);
        CHECK_THAT(problem.what(), contains("no-such-host.invalid"));
        CHECK_THAT(problem.remedy(), contains("name"));
    }
    SECTION("a value libpq does not take") {
        CHECK(error_of([] { session("sslmode=sometimes"); }).code() == errc::configuration);
        CHECK(error_of([] { session("port=many"); }).code() == errc::configuration);
    }
    SECTION("a password that libpq would read as a host or a port") {
        for (const char* url : {"postgres://me:hu@sh@127.0.0.1/x", "postgres://me:hu/sh@127.0.0.1/x"}) {
            const auto problem = error_of<pgsync::error>([&] { session{url}; });
            CHECK(problem.code() == errc::configuration);
            CHECK_THAT(problem.what(), !contains("hu") && !contains("sh@"));
            CHECK_THAT(problem.remedy(), contains("%40"));
        }
    }
    SECTION("a host that never answers") {
        // A listener that accepts and says nothing.
        const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(listener, 1) == 0);
        REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        const auto where = "host=127.0.0.1 sslmode=disable port=" + std::to_string(ntohs(address.sin_port));
        const auto problem = error_of([&] { session(where + " connect_timeout=1"); });
        CHECK(problem.code() == errc::connection);
        CHECK_THAT(problem.what(), contains("no answer in time"));
        const live_signal stop;
        stop.raise();
        CHECK(error_of<pgsync::error>([&] { session(where, stop.fd()); }).code() == errc::interrupted);
        ::close(listener);
    }
    SECTION("too many connections for the role") {
        auto admin = database.open();
        const auto role = database.name() + "_few";
        admin.exec("CREATE ROLE " + role + " LOGIN CONNECTION LIMIT 1 PASSWORD 'x'");
        {
            const auto who = "password=x user=" + role;
            auto first = database.open(who);
            CHECK(error_of([&] { session second(database.conninfo(who)); }).code() == errc::connection);
            CHECK(error_of([&] { first.exec("CREATE TABLE pg_catalog.x (a int)"); }).code() ==
                  errc::permission);
        }
        for (int patience = 0; patience < 100; ++patience) {
            if (admin.exec("SELECT 1 FROM pg_stat_activity WHERE usename = " + quote_literal(role)).rows() ==
                0)
                break;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        admin.exec("DROP ROLE " + role);
    }
}

TEST_CASE("live functions are looked for only where nobody else may make any", "[.][postgres][session]") {
    const live_database database;
    const auto role = "pgsync_unit_role_" + std::to_string(std::random_device{}());
    auto admin = database.open();
    admin.exec(
        "CREATE ROLE " + role + "; CREATE SCHEMA safe; CREATE SCHEMA anybodys; CREATE SCHEMA \"Odd, one\";" +
        "GRANT CREATE ON SCHEMA anybodys TO PUBLIC; CREATE SCHEMA theirs; GRANT CREATE ON SCHEMA theirs TO " +
        role + "; ALTER DATABASE " + database.name() +
        " SET search_path = anybodys, \"Odd, one\", theirs, safe, \"no such\", public");
    auto session = database.open();
    CHECK(session.exec("SELECT current_schemas(true)").get(0, 0) == "{pg_catalog,\"Odd, one\",safe,public}");
    const auto facts = pgsync::postgres::read_session(session);
    CHECK(facts.distrusted == std::vector<std::string>{"anybodys", "theirs"});
    CHECK(facts.trusts("safe"));
    CHECK_FALSE(facts.trusts("anybodys"));
    CHECK(session.exec("SHOW row_security").get(0, 0) == "off");
    admin.exec("REVOKE ALL ON SCHEMA theirs FROM " + role + "; DROP ROLE " + role);
}
