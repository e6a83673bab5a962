#include "../../catch.hpp"
#include <pgsync/pipeline/page_ledger.hpp>

using pgsync::pipeline::page_ledger;
using pgsync::postgres::lsn;

TEST_CASE("a load resumes after the last page before which all are done") {
    page_ledger ledger;
    const auto a = ledger.open("10");
    const auto b = ledger.open("20");
    const auto c = ledger.open("30");
    ledger.done(c, lsn{1});
    ledger.done(b, lsn{1});
    CHECK_FALSE(ledger.advance(lsn{5}));
    ledger.done(a, lsn{1});
    CHECK(ledger.advance(lsn{5}) == "30");
    CHECK(ledger.empty());
    CHECK_FALSE(ledger.advance(lsn{5}));
}

TEST_CASE("a page is not done before what it read is on disk") {
    page_ledger ledger;
    ledger.done(ledger.open("10"), lsn{1});
    ledger.done(ledger.open("20"), lsn{9});
    CHECK(ledger.advance(lsn{5}) == "10");
    CHECK_FALSE(ledger.advance(lsn{8}));
    CHECK(ledger.advance(lsn{9}) == "20");
}
