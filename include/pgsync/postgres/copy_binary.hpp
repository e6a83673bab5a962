#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/postgres/byte_reader.hpp>
#include <pgsync/postgres/field.hpp>

namespace pgsync::postgres {

/// Parses the output of `COPY … TO STDOUT (FORMAT binary)` from pieces that may be cut anywhere. No I/O.
/// Holds at most one row besides the piece it is given, and copies nothing if a piece contains whole rows, as
/// libpq's do.
class copy_binary_parser {
  public:
    /// Calls `on_row(std::span<const field>)`, with fields of kind binary or null, for each complete row. The
    /// fields are valid during the call. Throws errc::protocol for any other header, rows of different
    /// widths, a negative length or bytes after the trailer.
    template <typename OnRow>
    void feed(std::string_view piece, OnRow&& on_row) {
        if (pending_.empty()) {
            const auto used = consume(piece, on_row);
            pending_.assign(piece.substr(used));
            return;
        }
        pending_.append(piece);
        if (pending_.size() < needed_) return;
        const auto used = consume(pending_, on_row);
        pending_.erase(0, used);
    }

    /// Call when the server reports the end of the copy. Throws errc::protocol unless the trailer has been
    /// read.
    void finish() const {
        if (state_ != state::done)
            throw error(errc::protocol, "binary COPY: the data ends before its trailer");
    }

  private:
    enum class state : std::uint8_t { header, rows, done };

    /// Parses complete elements and returns how many bytes they took. If bytes are missing, sets `needed_` to
    /// how many bytes it takes from there to make progress.
    template <typename OnRow>
    std::size_t consume(std::string_view bytes, OnRow&& on_row) {
        std::size_t used = 0;
        while (state_ != state::done) {
            const auto taken =
                state_ == state::header ? header(bytes.substr(used)) : row(bytes.substr(used), on_row);
            if (taken == 0) return used;
            used += taken;
        }
        if (used != bytes.size()) throw error(errc::protocol, "binary COPY: bytes follow the trailer");
        return used;
    }

    bool lacks(std::string_view bytes, std::size_t size) {
        needed_ = size;
        return bytes.size() < size;
    }

    std::size_t header(std::string_view bytes) {
        constexpr std::string_view signature("PGCOPY\n\377\r\n\0", 11);
        if (lacks(bytes, signature.size() + 8)) return 0;
        detail::byte_reader in(bytes, "binary COPY header");
        if (in.take(signature.size()) != signature) in.fail_at(0, "it is not binary COPY data");
        if (in.u32() != 0) in.fail("a flag is set that pgsync does not know");
        const auto extension = in.i32();
        if (extension < 0) in.fail("a length is negative");
        if (lacks(bytes, in.offset() + static_cast<std::size_t>(extension))) return 0;
        state_ = state::rows;
        return needed_;
    }

    template <typename OnRow>
    std::size_t row(std::string_view bytes, OnRow&& on_row) {
        if (lacks(bytes, 2)) return 0;
        detail::byte_reader in(bytes, "binary COPY row");
        const auto width = in.i16();
        if (width == -1) {
            state_ = state::done;
            return in.offset();
        }
        if (width < 0) in.fail_at(0, "its width is negative");
        if (width_ != unknown && width != width_) in.fail_at(0, "its width differs from the row before");
        fields_.clear();
        for (int i = 0; i < width; ++i) {
            if (lacks(bytes, in.offset() + 4)) return 0;
            const auto length = in.i32();
            if (length < -1) in.fail("a length is negative");
            if (length == -1) {
                fields_.push_back({field_kind::null, {}});
                continue;
            }
            if (lacks(bytes, in.offset() + static_cast<std::size_t>(length))) return 0;
            fields_.push_back({field_kind::binary, in.take(static_cast<std::size_t>(length))});
        }
        width_ = width;
        on_row(std::span<const field>(fields_));
        return in.offset();
    }

    static constexpr int unknown = std::numeric_limits<int>::min();

    state state_ = state::header;
    int width_ = unknown;
    std::size_t needed_ = 0;
    std::string pending_;
    std::vector<field> fields_;
};

}  // namespace pgsync::postgres
