#include <cstdint>

#include "../../catch.hpp"
#include <pgsync/base/format_units.hpp>
#include <pgsync/base/text_table.hpp>

using namespace pgsync::app;

TEST_CASE("sizes as people read them") {
    CHECK(bytes_text(0) == "0 bytes");
    CHECK(bytes_text(1) == "1 byte");
    CHECK(bytes_text(1'023) == "1023 bytes");
    CHECK(bytes_text(1'536) == "1.5 kB");
    CHECK(bytes_text(16U << 20U) == "16 MB");
    CHECK(bytes_text((1U << 20U) - 1) == "1.0 MB");
    CHECK(bytes_text(UINT64_MAX) == "16384 PB");
}

TEST_CASE("times as people read them") {
    CHECK(seconds_text(0) == "0.0 s");
    CHECK(seconds_text(0.016) == "0.02 s");
    CHECK(seconds_text(1.25) == "1.2 s");
    CHECK(seconds_text(45) == "45 s");
    CHECK(seconds_text(600) == "10 min");
    CHECK(seconds_text(3 * 3'600.0) == "3.0 h");
    CHECK(seconds_text(4 * 86'400.0) == "4 days");
    CHECK(seconds_text(-1) == "0.0 s");
    CHECK(counted(1, "error") == "1 error");
    CHECK(counted(0, "error") == "0 errors");
}

TEST_CASE("columns stand below one another, by characters and not by bytes") {
    CHECK(text_table({{"index", "rows"}, {"größe", "7"}, {"a", "12345"}}, {1}) ==
          "index   rows\n"
          "größe      7\n"
          "a      12345\n");
    CHECK(text_table({{"a", ""}, {"bb", ""}}) == "a\nbb\n");
}
