#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <pgsync/base/error.hpp>

namespace pgsync::postgres::detail {

/// Reads integers in network byte order and strings from bytes that are not trusted. Every read is checked
/// against the bytes that are left; one that does not fit throws errc::protocol with the name of the message
/// and the offset of the read.
class byte_reader {
  public:
    /// `message` is a literal such as "pgoutput Insert". Every error message begins with it.
    constexpr byte_reader(std::string_view bytes, const char* message) noexcept
        : bytes_(bytes), message_(message) {}

    [[nodiscard]] constexpr std::size_t offset() const noexcept { return at_; }
    [[nodiscard]] constexpr std::size_t left() const noexcept { return bytes_.size() - at_; }
    constexpr void rename(const char* message) noexcept { message_ = message; }

    constexpr std::uint8_t u8() { return static_cast<std::uint8_t>(take(1)[0]); }
    constexpr char character() { return take(1)[0]; }
    constexpr std::uint16_t u16() { return static_cast<std::uint16_t>(big_endian(2)); }
    constexpr std::uint32_t u32() { return static_cast<std::uint32_t>(big_endian(4)); }
    constexpr std::uint64_t u64() { return big_endian(8); }
    constexpr std::int16_t i16() { return static_cast<std::int16_t>(u16()); }
    constexpr std::int32_t i32() { return static_cast<std::int32_t>(u32()); }
    constexpr std::int64_t i64() { return static_cast<std::int64_t>(u64()); }

    /// Reads a zero-terminated string and returns it without its zero.
    constexpr std::string_view c_string() {
        const auto end = bytes_.find('\0', at_);
        if (end == std::string_view::npos) fail("a string has no end");
        const auto text = bytes_.substr(at_, end - at_);
        at_ = end + 1;
        return text;
    }

    /// Reads `size` bytes.
    constexpr std::string_view take(std::size_t size) {
        if (size > left()) fail("the message ends too early");
        const auto piece = bytes_.substr(at_, size);
        at_ += size;
        return piece;
    }

    /// If `text` comes next, skips it and returns true.
    constexpr bool skip(std::string_view text) noexcept {
        if (!rest().starts_with(text)) return false;
        at_ += text.size();
        return true;
    }
    constexpr void expect(std::string_view text) {
        if (!skip(text)) fail("a separator is missing");
    }
    /// Returns all unread bytes without consuming them.
    [[nodiscard]] constexpr std::string_view rest() const noexcept { return bytes_.substr(at_); }

    /// Reads as many bytes as a length that came as a signed number.
    constexpr std::string_view take_length(std::int32_t size) {
        if (size < 0) fail("a length is negative");
        return take(static_cast<std::size_t>(size));
    }

    /// Checks a count of elements of at least `least` bytes each, so that a false count is noticed before
    /// memory is reserved for it.
    constexpr std::size_t count(std::int64_t claimed, std::size_t least) {
        if (claimed < 0) fail("a count is negative");
        if (static_cast<std::uint64_t>(claimed) > left() / least) fail("a count exceeds the message");
        return static_cast<std::size_t>(claimed);
    }

    constexpr void expect_end() {
        if (left() != 0) fail("bytes are left over");
    }

    [[noreturn]] void fail(const char* why) const { fail_at(at_, why); }
    [[noreturn]] void fail_at(std::size_t offset, const char* why) const {
        throw error(
            errc::protocol,
            std::string(message_) + " message: " + why + " (offset " + std::to_string(offset) + " of " +
                std::to_string(bytes_.size()) + ")",
            "the server or something between speaks another protocol; if this is a PostgreSQL, report it");
    }

  private:
    constexpr std::uint64_t big_endian(std::size_t size) {
        std::uint64_t value = 0;
        for (const char c : take(size)) value = value << 8U | static_cast<std::uint8_t>(c);
        return value;
    }

    std::string_view bytes_;
    std::size_t at_ = 0;
    const char* message_;
};

}  // namespace pgsync::postgres::detail
