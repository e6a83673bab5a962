#include <array>
#include <string_view>

#include "../../catch.hpp"
#include <pgsync/postgres/quote.hpp>

using namespace pgsync::postgres;
using namespace std::string_view_literals;

TEST_CASE("a literal holds any text", "[quote]") {
    CHECK(quote_literal("") == "''");
    CHECK(quote_literal("plain") == "'plain'");
    CHECK(quote_literal("it's") == "'it''s'");
    CHECK(quote_literal("'") == "''''");
    CHECK(quote_literal("a\\b") == "E'a\\\\b'");
    CHECK(quote_literal("\\'") == "E'\\\\'''");
    CHECK(quote_literal("😀\n\"") == "'😀\n\"'");
}

TEST_CASE("an identifier keeps its case and its quotes", "[quote]") {
    CHECK(quote_identifier("plain") == "\"plain\"");
    CHECK(quote_identifier("Odd \"name\" 😀") == "\"Odd \"\"name\"\" 😀\"");
    CHECK(quote_identifier("back\\slash's") == "\"back\\slash's\"");
}

TEST_CASE("an array literal keeps empty texts, NULL as a word, quotes and backslashes", "[quote]") {
    CHECK(array_literal({}) == "{}");
    const std::array elements{"a"sv, ""sv, "NULL"sv, "b,\"c\""sv, "d\\e"sv, "{😀}"sv, " "sv};
    CHECK(array_literal(elements) == R"({"a","","NULL","b,\"c\"","d\\e","{😀}"," "})");
}

TEST_CASE("a zero byte is refused rather than cut at", "[quote]") {
    const std::array elements{"a\0b"sv};
    CHECK_THROWS_AS(quote_literal(elements[0]), pgsync::error);
    CHECK_THROWS_AS(quote_identifier(elements[0]), pgsync::error);
    CHECK_THROWS_AS(array_literal(elements), pgsync::error);
}
