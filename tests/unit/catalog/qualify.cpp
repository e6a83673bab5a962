#include <array>
#include <string>

#include "../../catch.hpp"
#include <pgsync/catalog/qualify.hpp>

using pgsync::postgres::qualified_name;
using pgsync::postgres::qualify_tables;

namespace {

const std::array<qualified_name, 2> tables{
    {{R"("booking")", R"("app"."booking")"}, {R"("odd "" FROM ")", R"("x"."odd "" FROM ")"}}};

}  // namespace

TEST_CASE("tables without a schema get theirs, and nothing else does", "[qualify]") {
    CHECK(qualify_tables(R"(SELECT n0."booking" FROM "booking" n0 JOIN "booking" n1 ON true)", tables) ==
          R"(SELECT n0."booking" FROM "app"."booking" n0 JOIN "app"."booking" n1 ON true)");
    CHECK(qualify_tables(R"(FROM (SELECT * FROM "odd "" FROM ") t)", tables) ==
          R"(FROM (SELECT * FROM "x"."odd "" FROM ") t)");
    for (const std::string same :
         {R"(SELECT 1 FROM "other"."booking" n0)", R"(SELECT 1 FROM "booking"."booking" n0)",
          R"(SELECT ' FROM "booking" ', 'it''s FROM "booking"' FROM "bookings" n0)",
          R"(SELECT " FROM ""booking"" " FROM "Booking" n0)", R"(SELECT "booking", ' FROM "booking)", ""}) {
        CHECK(qualify_tables(same, tables) == same);
    }
}
