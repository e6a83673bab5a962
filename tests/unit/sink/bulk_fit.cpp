#include "../../catch.hpp"
#include <pgsync/sink/elastic/bulk_fit.hpp>

using pgsync::elastic::bulk_fit;

TEST_CASE("what is read at once is about one bulk, judged by what was read before") {
    bulk_fit fit(1'000'000, 500, 5'000);
    CHECK(fit.documents() == 500);
    fit.learn(100, 100 * 880);  // and the line of each
    CHECK(fit.documents() == 1'000);
    fit.learn(100, 100 * 80);
    CHECK(fit.documents() == 5'000);
    fit.learn(100, 100 * 5'000'000);
    CHECK(fit.documents() == 1);
}

TEST_CASE("few documents, or none, say nothing of how large they are") {
    bulk_fit fit(1'000'000, 500, 5'000);
    fit.learn(0, 0);
    fit.learn(19, 19);
    CHECK(fit.documents() == 500);
}

TEST_CASE("after very large documents it recovers") {
    bulk_fit fit(1'000'000, 500, 5'000);
    fit.learn(100, 100 * 400'000);
    CHECK(fit.documents() == 2);
    fit.learn(2, 2 * 880);
    CHECK(fit.documents() == 1'000);
}

TEST_CASE("never more is read at once than was allowed") {
    CHECK(bulk_fit(1'000'000, 500, 20).documents() == 20);
}
