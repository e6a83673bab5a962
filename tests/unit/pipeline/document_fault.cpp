#include <string>

#include "../../catch.hpp"
#include "../postgres/contains.hpp"
#include <pgsync/pipeline/document_fault.hpp>

using namespace pgsync::postgres;

namespace {

bool blames_row(const char* state, const char* message = "x") {
    complaint from;
    from.sqlstate = state;
    from.message = message;
    return is_row_fault(make_sql_error(from));
}

}  // namespace

TEST_CASE("what a value in a row makes fail is told from what fails for all rows") {
    for (const auto* state : {"22012", "22P02", "22021", "22P05", "21000", "23514", "P0001", "2F005", "38000",
                              "54000", "20000", "US001", "M0001", "54001", "XX001"})
        CHECK(blames_row(state));
    for (const auto* state : {"42703", "42501", "57014", "40001", "53200", "08006", "0A000", "XX000", "XX002",
                              "HV000", "25006", "3F000", "55006"})
        CHECK_FALSE(blames_row(state));
    CHECK(blames_row("XX000", "invalid memory alloc request size 1073741824"));
    // Of a slot, not of a row.
    CHECK_FALSE(blames_row("22023", "replication slot \"x\" does not exist"));
}

TEST_CASE("the place of a byte that is no UTF-8 is found in a document") {
    CHECK(place_of_bad_text("{\"a\":\"caf\xe9\"}") == "a");
    CHECK(place_of_bad_text(
              "{\"id\":1,\"tags\":[{\"name\":\"x\"}, {\"n\":2,\"name\":\"\xe9\"}],\"z\":\"\xff\"}") ==
          "tags[1].name");
    CHECK(place_of_bad_text("{\"o\":{\"caf\xe9\":1}}") == "o.caf\\xe9");
    CHECK(place_of_bad_text("{\"a\":\"café\"}").empty());
    CHECK(place_of_bad_text("no document \xe9").empty());
    CHECK(bad_byte("caf\xe9") == "0xe9");
    CHECK(bad_byte("café\x80") == "0x80");
    CHECK(bad_byte("café").empty());
}

TEST_CASE("a text is UTF-8 or not") {
    CHECK(pgsync::is_utf8(""));
    CHECK(pgsync::is_utf8("a\n€😀"));
    for (const auto* text : {"\xe9", "a\x80", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82"})
        CHECK_FALSE(pgsync::is_utf8(text));
}

TEST_CASE("a fault without another use is thrown, by document and index") {
    try {
        throw_fault("ratios", {"4|4", "4|4", "transform", "it failed"});
        FAIL("nothing was thrown");
    } catch (const pgsync::error& problem) {
        CHECK(problem.code() == pgsync::errc::rejected);
        CHECK_THAT(problem.what(), contains("document \"4|4\" of index ratios cannot be made: it failed"));
        CHECK_THAT(problem.remedy(), contains("correct the row"));
    }
}
