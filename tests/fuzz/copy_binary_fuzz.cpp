// libFuzzer over binary COPY: however the bytes are cut, the rows are the same, and so is what is refused.
// And over frames of a replication stream: what is read is what was written.
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "check.hpp"
#include <pgsync/base/error.hpp>
#include <pgsync/postgres/copy_binary.hpp>
#include <pgsync/wal/copy_both.hpp>

namespace {

namespace postgres = pgsync::postgres;

struct outcome {
    std::vector<std::vector<std::pair<int, std::string>>> rows;
    bool whole = false;
    friend bool operator==(const outcome&, const outcome&) = default;
};

outcome read(std::string_view bytes, std::string_view cuts) {
    outcome out;
    const auto keep = [&](std::span<const postgres::field> row) {
        auto& kept = out.rows.emplace_back();
        for (const auto& each : row) kept.emplace_back(static_cast<int>(each.kind), std::string(each.text));
    };
    postgres::copy_binary_parser parser;
    try {
        for (const char cut : cuts) {
            const auto piece = bytes.substr(0, static_cast<unsigned char>(cut) % 16U);
            parser.feed(piece, keep);
            bytes.remove_prefix(piece.size());
        }
        parser.feed(bytes, keep);
        parser.finish();
        out.whole = true;
    } catch (const pgsync::error& problem) {
        require(problem.code() == pgsync::errc::protocol, "bad bytes are a protocol error", problem.what());
    }
    return out;
}

std::string big_endian(std::uint64_t value) {
    std::string out;
    for (int shift = 56; shift >= 0; shift -= 8)
        out += static_cast<char>(static_cast<std::uint8_t>(value >> static_cast<unsigned>(shift)));
    return out;
}

void frame(input from) {
    const auto number = [&] {
        std::uint64_t value = 0;
        for (int i = 0; i < 8; ++i) value = value << 8U | from.byte();
        return value;
    };
    const auto start = number();
    const auto end = number();
    const auto time = number();
    const auto message = std::string(from.rest());
    const auto payload = "w" + big_endian(start) + big_endian(end) + big_endian(time) + message;
    const auto data = postgres::parse_frame(payload);
    const auto& log = std::get<postgres::xlog_data>(data);
    require(log.start.value == start && log.end.value == end && log.message == message &&
                static_cast<std::uint64_t>(log.send_time_us) == time,
            "a piece of the log is read as it was written");
    for (const std::string_view end_byte : {std::string_view("\0", 1), std::string_view("\1", 1)}) {
        const auto alive_bytes = "k" + big_endian(start) + big_endian(time) + std::string(end_byte);
        const auto alive = std::get<postgres::keepalive>(postgres::parse_frame(alive_bytes));
        require(alive.wal_end.value == start && alive.reply_requested == (end_byte[0] != 0),
                "a keepalive is read as it was written");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    input from(data, size);
    const auto how = from.byte();
    if (how % 8 == 0) {
        frame(from);
        return 0;
    }
    const auto cuts = from.text();
    // Few inputs would guess the header.
    std::string bytes;
    if (how % 8 != 1) bytes.assign("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
    bytes += from.rest();
    if (how % 2 == 0) bytes += "\377\377";
    const auto whole = read(bytes, {});
    require(read(bytes, cuts) == whole, "cutting changes nothing", bytes);
    return 0;
}
