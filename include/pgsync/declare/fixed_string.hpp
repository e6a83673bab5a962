#pragma once

#include <cstddef>
#include <string_view>

namespace pgsync {

/// A string literal that can be a template argument: `foreign_key<"guest_id">`.
template <std::size_t Size>
struct fixed_string {
    char data[Size]{};  ///< the characters and a terminating zero

    /// Converts implicitly from a string literal.
    // NOLINTNEXTLINE(google-explicit-constructor)
    constexpr fixed_string(const char (&text)[Size]) {
        for (std::size_t i = 0; i < Size; ++i) data[i] = text[i];
    }
    /// Copies the first `length` characters of a text.
    constexpr fixed_string(const char* text, std::size_t length) {
        for (std::size_t i = 0; i < length && i + 1 < Size; ++i) data[i] = text[i];
        data[Size - 1] = '\0';  // clang prints an array as text only if its end was written, not defaulted
    }

    /// Returns the text without the terminating zero.
    [[nodiscard]] constexpr std::string_view view() const { return {data, Size - 1}; }
};

}  // namespace pgsync
