#include <string>

#include "../../catch.hpp"
#include <pgsync/base/error.hpp>
#include <pgsync/base/printable.hpp>

using pgsync::printable;

TEST_CASE("nothing in a name or value ends a line or moves a terminal's cursor", "[log]") {
    CHECK(printable("plain, quoted \"x\", back\\slash, Grüße, 😀, 漢字") ==
          "plain, quoted \"x\", back\\slash, Grüße, 😀, 漢字");
    CHECK(printable("a\nb\r\n\tc") == "a\\nb\\r\\n\\tc");
    CHECK(printable("\x1b[31mred\x1b[0m\x07\x7f") == "\\x1b[31mred\\x1b[0m\\x07\\x7f");
    CHECK(printable(std::string("\0", 1)) == "\\x00");
    CHECK(printable("\u0085\u009b\u2028\u2029\u202e\u2066\ufeff") ==
          "\\x85\\x9b\\u2028\\u2029\\u202e\\u2066\\ufeff");
    CHECK(printable("\uffff\U0010ffff") == "\uffff\U0010ffff");
}

TEST_CASE("bytes that are no UTF-8 are told as such", "[log]") {
    CHECK(printable("\xff") == "\\xff");
    CHECK(printable("a\xc3") == "a\\xc3");
    CHECK(printable("\xc0\xaf") == "\\xc0\\xaf");           // an overlong slash
    CHECK(printable("\xe0\x80\x8a") == "\\xe0\\x80\\x8a");  // an overlong line end
    CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // half a pair
    CHECK(printable("\xf5\x80\x80\x80") == "\\xf5\\x80\\x80\\x80");
    CHECK(printable("\xe2\x80x") == "\\xe2\\x80x");
}

TEST_CASE("an error has lines of its own, and nothing else that is not to be seen", "[log]") {
    const pgsync::error problem(pgsync::errc::catalog, "two findings:\n  - \x1b]0;x\x07", "a\rb");
    CHECK(std::string(problem.what()) == "two findings:\n  - \\x1b]0;x\\x07");
    CHECK(problem.remedy() == "a\\rb");
}
