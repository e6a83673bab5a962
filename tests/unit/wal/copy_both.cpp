#include <string>
#include <string_view>
#include <variant>

#include "../../catch.hpp"
#include "../postgres/contains.hpp"
#include <pgsync/wal/copy_both.hpp>

using namespace std::string_literals;
using namespace pgsync::postgres;

TEST_CASE("an XLogData frame is positions, time and one message", "[copy_both]") {
    const auto bytes = "w\0\0\0\x16\xB3\x74\xD8\x48\0\0\0\0\0\0\0\2\0\0\0\0\0\0\1\0message"s;
    const auto any = parse_frame(bytes);
    const auto& data = std::get<xlog_data>(any);
    CHECK(data.start == lsn{0x16B374D848});
    CHECK(data.end == lsn{2});
    CHECK(data.send_time_us == 256);
    CHECK(data.message == "message");
    CHECK(std::get<xlog_data>(parse_frame(bytes.substr(0, 25))).message.empty());
}

TEST_CASE("a keepalive tells how far the server has looked", "[copy_both]") {
    const auto bytes = "k\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\x09\1"s;
    const auto any = parse_frame(bytes);
    const auto& alive = std::get<keepalive>(any);
    CHECK(alive.wal_end == lsn{7});
    CHECK(alive.send_time_us == 9);
    CHECK(alive.reply_requested);
}

TEST_CASE("frames that are cut, too long or unknown are refused", "[copy_both]") {
    const auto alive = "k\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\x09\1"s;
    const auto data = "w\0\0\0\x16\xB3\x74\xD8\x48\0\0\0\0\0\0\0\2\0\0\0\0\0\0\1\0"s;
    for (std::size_t size = 0; size < alive.size(); ++size)
        CHECK_THROWS_AS(parse_frame(alive.substr(0, size)), pgsync::error);
    for (std::size_t size = 0; size < data.size(); ++size)
        CHECK_THROWS_AS(parse_frame(data.substr(0, size)), pgsync::error);
    CHECK_THROWS_WITH(parse_frame(alive + "x"), contains("Keepalive message: bytes are left over"));
    CHECK_THROWS_WITH(parse_frame("z"), contains("its type is neither w nor k"));
}

TEST_CASE("a status update is the 34 bytes of the protocol", "[copy_both]") {
    const auto bytes = build_status({{0x16B374D848}, {2}, {3}, 256, true});
    CHECK(std::string_view(bytes.data(), bytes.size()) ==
          "r\0\0\0\x16\xB3\x74\xD8\x48\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\3\0\0\0\0\0\0\1\0\1"s);
    CHECK(build_status({}).back() == '\0');
}
