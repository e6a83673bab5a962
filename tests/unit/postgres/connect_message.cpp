#include <string>

#include "../../catch.hpp"
#include <pgsync/postgres/detail/connect_message.hpp>

using pgsync::postgres::detail::take_sqlstate;
using pgsync::postgres::detail::tidy_connect_message;

TEST_CASE("the SQLSTATE of a failed connection is found in libpq's verbose text", "[connect_message]") {
    std::string message =
        "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  28P01: password authentication "
        "failed for "
        "user \"x\"\nconnection to server at \"127.0.0.1\", port 5432 failed: FATAL:  28P01: password "
        "authentication "
        "failed for user \"x\"\nLOCATION:  auth_failed, auth.c:334";
    CHECK(take_sqlstate(message) == "28P01");
    CHECK(tidy_connect_message(message) == "FATAL:  password authentication failed for user \"x\"");
}

TEST_CASE("a failed connection without a server's word has no SQLSTATE", "[connect_message]") {
    std::string message =
        "connection to server at \"127.0.0.1\", port 1 failed: Connection refused\n\tIs the server running "
        "on that "
        "host and accepting TCP/IP connections?\n";
    CHECK(take_sqlstate(message).empty());
    CHECK(tidy_connect_message(message) == "Connection refused");
}

TEST_CASE("several hosts keep their addresses in one line", "[connect_message]") {
    std::string message =
        "connection to server at \"a\", port 1 failed: Connection refused\n\tIs it running?\nconnection to "
        "server at "
        "\"b\", port 2 failed: FATAL:  3D000: database \"x\" does not exist\nLOCATION:  InitPostgres, "
        "postinit.c:1\n";
    CHECK(take_sqlstate(message) == "3D000");
    CHECK(tidy_connect_message(message) ==
          "connection to server at \"a\", port 1 failed: Connection refused; connection to server at \"b\", "
          "port 2 "
          "failed: FATAL:  database \"x\" does not exist");
}
