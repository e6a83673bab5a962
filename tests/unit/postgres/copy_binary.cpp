#include <string>
#include <string_view>

#include "../../catch.hpp"
#include "contains.hpp"
#include <pgsync/postgres/copy_binary.hpp>

using namespace std::string_literals;
using namespace pgsync::postgres;

namespace {

const std::string header = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"s;
const std::string trailer = "\377\377"s;
const std::string rows =
    "\0\3\0\0\0\2ab\377\377\377\377\0\0\0\0"s + "\0\3\377\377\377\377\0\0\0\3\0x\0\0\0\0\4\xF0\x9F\x98\x80"s;
const std::string shown = "ab|~|;~|\\x0x\\x0|😀;";

/// Feeds `bytes` in pieces of `size` and shows the rows: NULL as ~, each field followed by a bar.
std::string parse(const std::string& bytes, std::size_t size) {
    copy_binary_parser parser;
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += size)
        parser.feed(std::string_view(bytes).substr(at, size), [&](std::span<const field> row) {
            for (std::size_t i = 0; i < row.size(); ++i) {
                if (i > 0) out += '|';
                if (row[i].kind == field_kind::null) out += '~';
                for (const char c : row[i].text) out += c == '\0' ? "\\x0"s : std::string(1, c);
            }
            out += ';';
        });
    parser.finish();
    return out;
}

}  // namespace

TEST_CASE("binary COPY reads the same however its bytes are cut", "[copy_binary]") {
    const auto whole = header + rows + trailer;
    for (std::size_t size = 1; size <= whole.size(); ++size) {
        CAPTURE(size);
        CHECK(parse(whole, size) == shown);
    }
    CHECK(parse(header + trailer, 100).empty());
    CHECK(parse(header + "\0\0"s + trailer, 100) == ";");
}

TEST_CASE("a header's extension is passed over", "[copy_binary]") {
    auto extended = header + "abc" + rows + trailer;
    extended[18] = '\3';
    for (std::size_t size = 1; size <= extended.size(); ++size) CHECK(parse(extended, size) == shown);
}

TEST_CASE("every truncation of binary COPY is noticed", "[copy_binary]") {
    const auto whole = header + rows + trailer;
    for (std::size_t size = 0; size < whole.size(); ++size)
        for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, whole.size()}) {
            CAPTURE(size, piece);
            CHECK_THROWS_AS(parse(whole.substr(0, size), piece), pgsync::error);
        }
}

TEST_CASE("binary COPY that makes no sense is refused", "[copy_binary]") {
    CHECK_THROWS_WITH(parse("x" + header, 100), contains("it is not binary COPY data"));
    auto flagged = header;
    flagged[13] = '\1';
    CHECK_THROWS_WITH(parse(flagged, 100), contains("flag"));
    auto negative = header;
    negative[15] = '\377';
    CHECK_THROWS_WITH(parse(negative, 100), contains("negative"));
    CHECK_THROWS_WITH(parse(header + "\377\376"s, 100), contains("width is negative"));
    CHECK_THROWS_WITH(parse(header + "\0\1\377\377\377\376"s, 100), contains("length is negative"));
    CHECK_THROWS_WITH(parse(header + "\0\1\377\377\377\377\0\2\377\377\377\377"s, 100), contains("differs"));
    CHECK_THROWS_WITH(parse(header + rows + trailer + "x", 100), contains("bytes follow the trailer"));
    CHECK_THROWS_WITH(parse(header + rows + trailer + "x", 1), contains("bytes follow the trailer"));
    // A length of two gigabytes reserves nothing; the data just ends too early.
    CHECK_THROWS_WITH(parse(header + "\0\1\177\377\377\377abc"s, 100), contains("ends before its trailer"));
}
