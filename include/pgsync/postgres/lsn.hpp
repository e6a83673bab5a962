#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pgsync::postgres {

/// A position in the write-ahead log (WAL). PostgreSQL writes it as two hexadecimal halves: `16/B374D848`.
struct lsn {
    std::uint64_t value = 0;

    friend constexpr auto operator<=>(lsn, lsn) noexcept = default;

    /// Parses PostgreSQL's notation: one to eight hexadecimal digits, a slash, one to eight more. Returns
    /// nullopt for anything else, including surrounding blanks.
    [[nodiscard]] static constexpr std::optional<lsn> parse(std::string_view text) noexcept {
        const auto slash = text.find('/');
        if (slash == std::string_view::npos) return std::nullopt;
        const auto high = half(text.substr(0, slash));
        const auto low = half(text.substr(slash + 1));
        if (!high || !low) return std::nullopt;
        return lsn{*high << 32U | *low};
    }

  private:
    static constexpr std::optional<std::uint64_t> half(std::string_view digits) noexcept {
        if (digits.empty() || digits.size() > 8) return std::nullopt;
        std::uint64_t value = 0;
        for (const char c : digits) {
            unsigned digit = 0;
            if (c >= '0' && c <= '9') {
                digit = static_cast<unsigned>(c - '0');
            } else if (c >= 'a' && c <= 'f') {
                digit = static_cast<unsigned>(c - 'a') + 10;
            } else if (c >= 'A' && c <= 'F') {
                digit = static_cast<unsigned>(c - 'A') + 10;
            } else {
                return std::nullopt;
            }
            value = value << 4U | digit;
        }
        return value;
    }
};

/// Formats a position as PostgreSQL prints it, without leading zeros: `16/B374D848`, `0/0`.
[[nodiscard]] inline std::string to_string(lsn position) {
    const auto append = [](std::string& out, std::uint64_t half) {
        constexpr std::string_view digits = "0123456789ABCDEF";
        int shift = 28;
        while (shift > 0 && (half >> static_cast<unsigned>(shift)) == 0) shift -= 4;
        for (; shift >= 0; shift -= 4) out += digits[half >> static_cast<unsigned>(shift) & 0xFU];
    };
    std::string out;
    append(out, position.value >> 32U);
    out += '/';
    append(out, position.value & 0xFFFFFFFFU);
    return out;
}

}  // namespace pgsync::postgres
