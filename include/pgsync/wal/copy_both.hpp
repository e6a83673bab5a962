#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include <pgsync/postgres/byte_reader.hpp>
#include <pgsync/postgres/lsn.hpp>

namespace pgsync::postgres {

/// The server's `w` message: a piece of the stream. In logical replication it is exactly one message of the
/// output plugin.
struct xlog_data {
    lsn start;
    lsn end;                    ///< end of the server's WAL when it sent this
    std::int64_t send_time_us;  ///< microseconds since 2000-01-01 UTC, by the server's clock
    std::string_view message;
};

/// The server's `k` message: it is alive, and has processed WAL up to `wal_end`.
struct keepalive {
    lsn wal_end;
    std::int64_t send_time_us;
    bool reply_requested;  ///< reply soon, or the server ends the connection after wal_sender_timeout
};

/// One CopyData payload of a replication stream.
using frame = std::variant<xlog_data, keepalive>;

/// Parses one CopyData payload; throws errc::protocol if it is neither kind. Views point into `payload`.
[[nodiscard]] inline frame parse_frame(std::string_view payload) {
    detail::byte_reader in(payload, "replication");
    const char type = in.character();
    if (type == 'w') {
        in.rename("XLogData");
        xlog_data out{};
        out.start = {in.u64()};
        out.end = {in.u64()};
        out.send_time_us = in.i64();
        out.message = in.take(in.left());
        return out;
    }
    if (type != 'k') in.fail_at(0, "its type is neither w nor k");
    in.rename("Keepalive");
    keepalive out{};
    out.wal_end = {in.u64()};
    out.send_time_us = in.i64();
    const auto reply = in.u8();
    if (reply > 1) in.fail("the reply flag is neither 0 nor 1");
    out.reply_requested = reply == 1;
    in.expect_end();
    return out;
}

/// The client's `r` message: its progress. The slot moves to `flushed` and never back.
struct standby_status {
    lsn written;
    lsn flushed;
    lsn applied;
    std::int64_t clock_us = 0;  ///< the client's clock, in microseconds since 2000-01-01 UTC
    bool reply_requested = false;
};

/// Returns the bytes of a standby status update, to be sent as one CopyData.
[[nodiscard]] constexpr std::array<char, 34> build_status(const standby_status& status) noexcept {
    std::array<char, 34> out{};
    std::size_t at = 0;
    out[at++] = 'r';
    const std::array<std::uint64_t, 4> numbers{status.written.value, status.flushed.value,
                                               status.applied.value,
                                               static_cast<std::uint64_t>(status.clock_us)};
    for (const auto number : numbers)
        for (int shift = 56; shift >= 0; shift -= 8)
            out[at++] = static_cast<char>(static_cast<std::uint8_t>(number >> static_cast<unsigned>(shift)));
    out[at] = status.reply_requested ? '\1' : '\0';
    return out;
}

}  // namespace pgsync::postgres
