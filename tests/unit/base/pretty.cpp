#include "../../catch.hpp"
#include <pgsync/base/pretty_json.hpp>
#include <pgsync/base/pretty_sql.hpp>

TEST_CASE("a query breaks before its clauses, by their depth, and nowhere else") {
    CHECK(pgsync::pretty_sql(
              R"(SELECT a FROM "t" n0 LEFT JOIN LATERAL (SELECT b FROM "u" WHERE c = $1) q ON true)") ==
          "SELECT a\n  FROM \"t\" n0\n  LEFT JOIN LATERAL (SELECT b\n    FROM \"u\"\n    WHERE c = $1) q ON "
          "true");
}

TEST_CASE("what stands in quotes of a query stays as it is") {
    for (const std::string text : {R"(SELECT 'x WHERE y')", R"(SELECT " WHERE ")", R"(SELECT $$ WHERE '$$)",
                                   R"(SELECT $q$ FROM "t" $q$)"})
        CHECK(pgsync::pretty_sql(text) == text);
    // An open one is none: the rest is broken as usual.
    CHECK(pgsync::pretty_sql("SELECT $1 WHERE $2") == "SELECT $1\n  WHERE $2");
}

TEST_CASE("compact JSON is shown with a member a line") {
    CHECK(pgsync::pretty_json(R"({"a":{"b":"x,{y}\""},"c":1})") ==
          "{\n  \"a\": {\n    \"b\": \"x,{y}\\\"\"\n  },\n  \"c\": 1\n}\n");
}
