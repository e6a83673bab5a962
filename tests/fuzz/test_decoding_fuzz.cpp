// libFuzzer over the text that a PostgreSQL 9.6 sends. Build and run it with
//   clang++-16 -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude
//   tests/fuzz/test_decoding_fuzz.cpp
//   ./a.out -max_total_time=120
// An input is a row of messages between zero bytes, so that what one leaves behind meets the next.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include <pgsync/base/error.hpp>
#include <pgsync/wal/test_decoding.hpp>

namespace postgres = pgsync::postgres;
namespace change = pgsync::postgres::change;

namespace {

/// Two tables are followed: one by its key, one with REPLICA IDENTITY FULL.
std::optional<postgres::table_facts> find_table(std::string_view, std::string_view name) {
    if (name != "t" && name != "f") return std::nullopt;
    postgres::table_facts out;
    out.oid = name == "t" ? 1 : 2;
    out.replica_identity = name == "t" ? 'd' : 'f';
    out.identity = {"id"};
    for (const auto* column : {"id", "a"}) out.columns.emplace_back().name = column;
    out.columns[0].not_null = true;
    return out;
}

/// Rows must be as wide as their table was said to be, and every view must be readable.
class reader {
  public:
    void operator()(const postgres::event& any) {
        if (const auto* r = std::get_if<change::relation>(&any)) width_[r->oid % 3] = r->columns.size();
        if (const auto* i = std::get_if<change::insert>(&any)) read(i->relation, i->after);
        if (const auto* d = std::get_if<change::remove>(&any)) read(d->relation, d->before);
        if (const auto* u = std::get_if<change::update>(&any)) {
            read(u->relation, u->after);
            if (u->old != postgres::old_row::none) read(u->relation, u->before);
        }
    }

  private:
    void read(std::uint32_t table, std::span<const postgres::field> row) {
        if (row.size() != width_[table % 3]) std::abort();
        for (const auto& value : row)
            for (const char c : value.text) sum_ = sum_ + static_cast<unsigned char>(c);
    }
    std::size_t width_[3] = {};
    volatile unsigned sum_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    postgres::test_decoding_decoder decoder(find_table);
    reader touch;
    while (!bytes.empty()) {
        const auto length = std::min(bytes.find('\0'), bytes.size());
        // Exactly the message's bytes: one more read is seen.
        const auto exact = std::make_unique<char[]>(length);
        std::copy_n(bytes.begin(), length, exact.get());
        bytes.remove_prefix(std::min(length + 1, bytes.size()));
        try {
            decoder.decode(postgres::xlog_data{{}, {}, 0, {exact.get(), length}}, touch);
        } catch (const pgsync::error& problem) {
            if (problem.code() != pgsync::errc::protocol) throw;
        }
    }
    return 0;
}
