#include "../../catch.hpp"
#include <pgsync/postgres/lsn.hpp>

using pgsync::postgres::lsn;

static_assert(lsn::parse("16/B374D848") == lsn{0x16B374D848});
static_assert(lsn{1} < lsn{2} && lsn{0x100000000} > lsn{0xFFFFFFFF});

TEST_CASE("an LSN is read and written as PostgreSQL does", "[lsn]") {
    CHECK(to_string(lsn{0x16B374D848}) == "16/B374D848");
    CHECK(to_string(lsn{}) == "0/0");
    CHECK(to_string(lsn{0xFFFFFFFFFFFFFFFF}) == "FFFFFFFF/FFFFFFFF");
    CHECK(to_string(lsn{0x10000000A}) == "1/A");
    CHECK(lsn::parse("0/0") == lsn{});
    CHECK(lsn::parse("FFFFFFFF/FFFFFFFF") == lsn{0xFFFFFFFFFFFFFFFF});
    CHECK(lsn::parse("16/0000b374") == lsn{0x160000B374});
}

TEST_CASE("what is no LSN is not read as one", "[lsn]") {
    for (const char* text : {"", "/", "1", "1/", "/1", "1/G", "1/ 2", " 1/2", "1/2 ", "1/2/3", "-1/2",
                             "0x1/2", "123456789/0", "0/123456789"}) {
        CAPTURE(text);
        CHECK_FALSE(lsn::parse(text));
    }
}
