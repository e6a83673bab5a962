#include <string>

#include "../../catch.hpp"
#include <pgsync/postgres/scrub.hpp>

using pgsync::postgres::scrub;

TEST_CASE("passwords are taken out of key=value text", "[scrub]") {
    CHECK(scrub("host=a password=secret dbname=b") == "host=a password=*** dbname=b");
    CHECK(scrub("password = 'se''cr et' x") == "password = *** x");
    CHECK(scrub("password='se\\'cr et' x") == "password=*** x");
    CHECK(scrub("password=se\\ cret x") == "password=*** x");
    CHECK(scrub("PASSWORD=secret") == "PASSWORD=***");
    CHECK(scrub("sslpassword=a password=b") == "sslpassword=*** password=***");
    CHECK(scrub("password='never closed") == "password=***");
    CHECK(scrub("ALTER ROLE x PASSWORD 'secret' LOGIN") == "ALTER ROLE x PASSWORD *** LOGIN");
}

TEST_CASE("passwords are taken out of URLs", "[scrub]") {
    CHECK(scrub("postgresql://me:secret@host:5432/db") == "postgresql://me:***@host:5432/db");
    CHECK(scrub("see postgres://me:se@cr/et@host/db, then") == "see postgres://me:***@host/db, then");
    CHECK(scrub("\"https://me:secret@host\" and http://u:p@h") ==
          "\"https://me:***@host\" and http://u:***@h");
    CHECK(scrub("postgresql://host/db?user=me&password=secret") ==
          "postgresql://host/db?user=me&password=***");
}

TEST_CASE("text without a password stays what it is", "[scrub]") {
    for (const std::string text :
         {"", "password authentication failed for user \"x\"", "fe_sendauth: no password supplied",
          "postgresql://host:5432/db", "postgresql://me@host/db", "what://", "the password"}) {
        CHECK(scrub(text) == text);
    }
}

TEST_CASE("a known password is hidden wherever it stands", "[scrub]") {
    CHECK(pgsync::postgres::without_password("user \"x\" with \"h'u\\sh\" and h'u\\sh", "h'u\\sh") ==
          "user \"x\" with \"***\" and ***");
    CHECK(pgsync::postgres::without_password("aaaaaaa", "aaa") == "******a");
    CHECK(pgsync::postgres::without_password("ab", "ab") == "ab");
    CHECK(pgsync::postgres::without_password("nothing", "") == "nothing");
}
