#include <string>

#include "../../catch.hpp"
#include "contains.hpp"
#include <pgsync/postgres/sql_error.hpp>

using pgsync::errc;
using namespace pgsync::postgres;

namespace {

errc code(const std::string& sqlstate, const std::string& message = "m", const std::string& file = {}) {
    complaint from;
    from.sqlstate = sqlstate;
    from.message = message;
    from.source_file = file;
    return classify(from);
}

}  // namespace

TEST_CASE("an SQLSTATE becomes what a caller can do about it", "[sql_error]") {
    for (const char* state : {"08006", "08001", "57P01", "57P02", "57P03", "53300"})
        CHECK(code(state) == errc::connection);
    for (const char* state : {"42501", "28P01", "28000"}) CHECK(code(state) == errc::permission);
    for (const char* state : {"42P01", "42703", "42883", "42704", "3F000"})
        CHECK(code(state) == errc::catalog);
    for (const char* state : {"40001", "40P01", "55P03", "57014", "53100", "53200"})
        CHECK(code(state) == errc::busy);
    CHECK(code("0A000", "cached plan must not change result type", "plancache.c") == errc::busy);
    CHECK(code("0A000", "not implemented", "parse_func.c") == errc::database);
    for (const char* state : {"23505", "22023", "55006"}) CHECK(code(state) == errc::database);
    CHECK(code("3D000") == errc::configuration);
    CHECK(code("") == errc::database);
    complaint lost;
    lost.connection_lost = true;
    CHECK(classify(lost) == errc::connection);
}

TEST_CASE("errors of slots and publications are told from others of the same SQLSTATE", "[sql_error]") {
    CHECK(code("42704", "replication slot \"s\" does not exist") == errc::replication);
    CHECK(code("42704", "publication \"p\" does not exist") == errc::replication);
    CHECK(code("42704", "type \"p\" does not exist") == errc::catalog);
    CHECK(code("55006", "replication slot \"s\" is active for PID 1") == errc::replication);
    CHECK(code("55006", "database \"d\" is being accessed by other users") == errc::database);
    CHECK(code("53400", "all replication slots are in use") == errc::replication);
    CHECK(code("55000", "logical decoding requires wal_level >= logical") == errc::replication);
    CHECK(code("55006", "eine Übersetzung", "slot.c") == errc::replication);
    CHECK(code("42501", "permission denied to use replication slots", "slot.c") == errc::permission);
    CHECK(slot_in_use(make_sql_error(
        {"55006", "replication slot \"s\" is active for PID 1", {}, {}, {}, {}, false, false})));
    CHECK_FALSE(slot_in_use(
        make_sql_error({"42704", "replication slot \"s\" does not exist", {}, {}, {}, {}, false, false})));
}

TEST_CASE("a message names state and statement, never a password", "[sql_error]") {
    complaint from;
    from.sqlstate = "42P01";
    from.message = "relation \"x\" does not exist";
    from.detail = "password=hush";
    from.hint = "try password=hush";
    from.statement = "ALTER ROLE a PASSWORD 'hush'; SELECT 'é";
    for (int i = 0; i < 200; ++i) from.statement += "é";
    const auto problem = make_sql_error(from);
    const std::string what = problem.what();
    CHECK(problem.sqlstate() == "42P01");
    CHECK(what.starts_with(
        "PostgreSQL: relation \"x\" does not exist (password=***) [42P01] in: ALTER ROLE a PASSWORD ***"));
    CHECK(what.find("hush") == std::string::npos);
    CHECK(what.ends_with("é…"));
    CHECK(what.size() < 300);
    CHECK(problem.remedy() == "try password=***");
}

TEST_CASE("common failures come with what to do", "[sql_error]") {
    const auto remedy = [](const std::string& state, const std::string& message) {
        complaint from;
        from.sqlstate = state;
        from.message = message;
        return make_sql_error(from).remedy();
    };
    CHECK_THAT(remedy("28P01", "password authentication failed for user \"x\""), contains("PGPASSWORD"));
    CHECK_THAT(remedy("3D000", "database \"x\" does not exist"), contains("PGDATABASE"));
    CHECK_THAT(remedy("55000", "logical decoding requires wal_level >= logical"),
               contains("wal_level = logical"));
    CHECK_THAT(remedy("53400", "all replication slots are in use"), contains("max_replication_slots"));
    CHECK_THAT(remedy("42501", "permission denied for table x"), contains("grant"));
}

TEST_CASE("a message is one line", "[sql_error]") {
    complaint from;
    from.message = "server closed the connection\n\tThis probably means\r\n  trouble.\n";
    from.statement = "\nSELECT  1\n  FROM t";
    CHECK(std::string(make_sql_error(from).what()) ==
          "PostgreSQL: server closed the connection This probably means trouble. in: SELECT  1 FROM t");
}

TEST_CASE("libpq's text is taken apart", "[sql_error]") {
    const auto parsed = parse_server_message(
        "ERROR:  column \"x\" does not exist\nLINE 1: SELECT x FROM y\n               ^\nDETAIL:  "
        "because\nHINT:  Perhaps "
        "you meant z.\n");
    CHECK(parsed.message == "column \"x\" does not exist");
    CHECK(parsed.detail == "because");
    CHECK(parsed.hint == "Perhaps you meant z.");
    CHECK(parse_server_message("two\nlines").message == "two lines");
    CHECK(parse_server_message("").message.empty());
}
