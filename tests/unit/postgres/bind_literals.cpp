#include <string>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/postgres/bind_literals.hpp>

using pgsync::postgres::bind_literals;

TEST_CASE("parameters become literals, in any order and number of digits") {
    const std::vector<std::string> two = {"'a'", "'b'"};
    CHECK(bind_literals("($2, $1) $1", two) == "('b', 'a') 'a'");
    CHECK(bind_literals("$11$1", std::vector<std::string>(11, "x")) == "xx");
    CHECK(bind_literals("none", {}) == "none");
}

TEST_CASE("quoted identifiers and strings are left alone") {
    const std::vector<std::string> one = {"'v'"};
    CHECK(bind_literals(R"(n."a$1" = $1 AND '$1''$1' = $1)", one) == R"(n."a$1" = 'v' AND '$1''$1' = 'v')");
    CHECK(bind_literals(R"("q""$1" $1)", one) == R"("q""$1" 'v')");
}

TEST_CASE("a literal is not searched for parameters again") {
    const std::vector<std::string> two = {"'$2'", "'b'"};
    CHECK(bind_literals("$1 $2", two) == "'$2' 'b'");
}

TEST_CASE("a parameter without a literal is an error") {
    CHECK_THROWS_AS(bind_literals("$1", {}), pgsync::error);
    CHECK_THROWS_AS(bind_literals("$", {}), pgsync::error);
}
