#include <string>

#include "../../catch.hpp"
#include "contains.hpp"
#include <pgsync/postgres/conninfo.hpp>

using namespace pgsync::postgres;

namespace {

std::string value(const connection_parameters& in, std::string_view keyword) {
    const auto* found = find_parameter(in, keyword);
    return found == nullptr ? "(none)" : *found;
}

}  // namespace

TEST_CASE("a connection string is a URL, keys and values, a database or nothing", "[conninfo]") {
    const auto url = parse_conninfo("postgresql://me:p%40ss@db1:5433/shop?sslmode=disable");
    CHECK(value(url, "host") == "db1");
    CHECK(value(url, "port") == "5433");
    CHECK(value(url, "user") == "me");
    CHECK(value(url, "password") == "p@ss");
    CHECK(value(url, "dbname") == "shop");
    CHECK(value(url, "sslmode") == "disable");
    CHECK(value(parse_conninfo("host=h dbname='a b'"), "dbname") == "a b");
    CHECK(parse_conninfo("shop") == connection_parameters{{"dbname", "shop"}});
    CHECK(parse_conninfo("").empty());
}

TEST_CASE("an unreadable connection string is told without its password", "[conninfo]") {
    for (const std::string text :
         {"host=h password=hush hush", "password=hush hush=hush", "postgresql://me:hush%zz@host/db",
          "postgresql://me:hush@[bad/db", "host=h password='hush", "postgresql://me:\"hush%zz@host/db",
          "postgresql://me:a\"hush\"%zz@host/db", "password=x hush\"hush\"", "password=x \"hush",
          "postgresql://host/db?pass%77ord=hush%zz"}) {
        CAPTURE(text);
        try {
            (void)parse_conninfo(text);
            FAIL_CHECK("it was read");
        } catch (const pgsync::error& problem) {
            CHECK(problem.code() == pgsync::errc::configuration);
            CHECK(std::string(problem.what()).find("hush") == std::string::npos);
            CHECK_FALSE(problem.remedy().empty());
        }
    }
    CHECK_THROWS_WITH(parse_conninfo("hots=h"), contains("\"hots\""));
    CHECK_THROWS_WITH(parse_conninfo("password=hush hots=h"), contains("invalid connection option \"…\""));
    CHECK(detail::without_quoted("unterminated quoted string") == "unterminated quoted string");
    CHECK(detail::without_quoted("« = » manque après « hush » dans la chaîne d'infos") == "\"…\"ne d'infos");
}

TEST_CASE("a URL whose password is not percent-encoded is recognised", "[conninfo]") {
    CHECK(detail::misread_uri("postgres://me:a@b@host/db"));
    CHECK(detail::misread_uri("postgres://me:a/b@host/db"));
    CHECK(detail::misread_uri("postgres://me@server:secret@host/db"));
    CHECK_FALSE(detail::misread_uri("postgres://me:a%40b@host/db"));
    CHECK(detail::misread_uri("postgres://me:a?b@c@host/db"));
    CHECK(detail::misread_uri("postgres://me:a@b?c@host/db?application_name=x"));
    CHECK_FALSE(detail::misread_uri("postgres://host/db"));
    CHECK_FALSE(detail::misread_uri("postgres://me:secret@host/db?application_name=me@here"));
    CHECK_FALSE(detail::misread_uri("postgres://host/?sslmode=disable&application_name=a@b@c"));
    CHECK_FALSE(detail::misread_uri("host=a password=a@b@c"));
}

TEST_CASE("the user's own words win over pgsync's defaults, but for the encoding", "[conninfo]") {
    const auto plain = with_defaults({});
    CHECK(value(plain, "fallback_application_name") == "pgsync");
    CHECK(value(plain, "client_encoding") == "UTF8");
    CHECK(value(plain, "keepalives_idle") == "30");
    const auto given = with_defaults(parse_conninfo(
        "keepalives_idle=5 client_encoding=latin1 fallback_application_name=mine application_name=x"));
    CHECK(value(given, "keepalives_idle") == "5");
    CHECK(value(given, "client_encoding") == "UTF8");
    CHECK(value(given, "fallback_application_name") == "mine");
    CHECK(value(given, "application_name") == "x");
}

TEST_CASE("parameters survive being written as one string", "[conninfo]") {
    const connection_parameters odd{{"user", "it's \\ odd"}, {"dbname", "a b"}, {"host", ""}};
    CHECK(to_conninfo(odd) == "user='it\\'s \\\\ odd' dbname='a b' host=''");
    const auto again = parse_conninfo(to_conninfo(odd));
    CHECK(value(again, "user") == "it's \\ odd");
    CHECK(value(again, "dbname") == "a b");
}

TEST_CASE("a password is noticed however a connection string holds it", "[conninfo]") {
    for (const std::string text :
         {"postgresql://me:hush@h/d", "postgresql://me:hu%73h@h1,h2/d", "postgresql://h/d?password=hush",
          "postgresql://h/d?pass%77ord=hush", "host=h password = 'hush hush'", "host=h sslpassword=hush",
          "postgres://me@h/d?sslpassword=hush", "postgresql://me:a@hush@h/d", "postgresql://me:a/hush@h/d"}) {
        CAPTURE(text);
        CHECK(holds_password(text));
    }
    for (const std::string text : {"", "shop", "host=h user=password", "postgresql://me@h:5432/d",
                                   "postgresql://h/password", "host=h passfile=/tmp/password"}) {
        CAPTURE(text);
        CHECK_FALSE(holds_password(text));
    }
}
