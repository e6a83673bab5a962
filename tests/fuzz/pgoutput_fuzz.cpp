// libFuzzer over everything that reads bytes from a PostgreSQL server without knowing them. Build and run it
// with
//   clang++-16 -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude tests/fuzz/pgoutput_fuzz.cpp
//   ./a.out -max_total_time=120
// The first byte of an input chooses the decoder.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <pgsync/base/error.hpp>
#include <pgsync/postgres/copy_binary.hpp>
#include <pgsync/wal/copy_both.hpp>
#include <pgsync/wal/pgoutput.hpp>

namespace postgres = pgsync::postgres;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static postgres::pgoutput_decoder decoder;
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    try {
        switch (data[0] % 3) {
            case 0:
                (void)decoder.decode(bytes);
                break;
            case 1:
                (void)postgres::parse_frame(bytes);
                break;
            default: {
                // In two pieces, cut where the second byte says.
                postgres::copy_binary_parser parser;
                const auto cut = bytes.empty() ? 0 : static_cast<unsigned char>(bytes[0]) % bytes.size();
                const auto ignore = [](std::span<const postgres::field>) {};
                parser.feed(bytes.substr(0, cut), ignore);
                parser.feed(bytes.substr(cut), ignore);
                parser.finish();
            }
        }
    } catch (const pgsync::error& problem) {
        if (problem.code() != pgsync::errc::protocol) throw;
    }
    return 0;
}
