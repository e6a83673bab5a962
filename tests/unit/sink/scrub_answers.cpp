#include <string>

#include "../../catch.hpp"
#include "../postgres/contains.hpp"
#include <pgsync/sink/elastic/bulk_response.hpp>

namespace {

/// As Elasticsearch 7.10.2 answers a document it cannot read.
const std::string quoting =
    R"({"errors":true,"items":[{"index":{"status":400,"error":{"type":"mapper_parsing_exception",)"
    R"("reason":"failed to parse","caused_by":{"type":"json_e_o_f_exception",)"
    R"("reason":"Unexpected end-of-input\n at [Source: (byte[])\"POST /_bulk HTTP/1.1\r\nHost: 127.0.0.1:9249\r\n)"
    R"(Authorization: Basic ZWxhc3RpYzp0b3BzZWNyZXQ=\r\nAccept: */*\r\n\r\n{\"a\":\"; line: 7\"; line: 1, column: 6]"}}}}]})";

std::string scrubbed(std::string text) {
    pgsync::elastic::detail::scrub(text);
    return text;
}

}  // namespace

TEST_CASE("a reason that quotes the request keeps the place and loses the request") {
    const auto answer = pgsync::elastic::parse_bulk_response(quoting, 1);
    REQUIRE(answer);
    CHECK(answer->items.at(0).reason ==
          "failed to parse: Unexpected end-of-input\n at [Source: \xE2\x80\xA6; line: 1, column: 6]");
}

TEST_CASE("an answer shown as it came shows no credentials, wherever it was cut") {
    for (std::size_t length = 0; length <= quoting.size(); ++length) {
        CHECK_THAT(scrubbed(quoting.substr(0, length)), !contains("ZWxh"));
    }
    CHECK(scrubbed("bad request\r\nAUTHORIZATION: ApiKey abc") == "bad request\r\n\xE2\x80\xA6");
}

TEST_CASE("what quotes no request stays as it is") {
    for (const char* text :
         {"", "mapper [n] cannot be changed; line: 3", "not authorized: index", "[source: x]"}) {
        CHECK(scrubbed(text) == text);
    }
}
