// libFuzzer over everything that reads bytes from a PostgreSQL server without knowing them. Build and run it
// with
//   clang++-16 -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude tests/fuzz/pgoutput_fuzz.cpp
//   ./a.out -max_total_time=120
// The first byte of an input chooses the decoder.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <pgsync/error.hpp>
#include <pgsync/postgres/copy_both.hpp>
#include <pgsync/postgres/pgoutput.hpp>

namespace postgres = pgsync::postgres;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static postgres::pgoutput_decoder decoder;
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    try {
        switch (data[0] % 2) {
            case 0:
                (void)decoder.decode(bytes);
                break;
            default:
                (void)postgres::parse_frame(bytes);
                break;
        }
    } catch (const pgsync::error& problem) {
        if (problem.code() != pgsync::errc::protocol) throw;
    }
    return 0;
}
