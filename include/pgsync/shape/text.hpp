#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>

namespace pgsync::detail {

/// Returns true if the text contains the character.
[[nodiscard]] constexpr bool has_character(std::string_view text, char c) {
#if defined(__clang__)
    // Counts as one step at compile time, where a loop takes one per character. g++ supports only the loop
    // here.
    return __builtin_char_memchr(text.data(), c, text.size()) != nullptr;
#else
    for (const char each : text) {
        if (each == c) return true;
    }
    return false;
#endif
}

/// Text under construction at compile time. Without a buffer it only counts characters, so that one writer
/// can both measure and fill.
class text {
  public:
    constexpr text() = default;
    constexpr explicit text(char* data) : data_(data) {}

    constexpr text& operator<<(std::string_view piece) {
        if (data_ != nullptr) {
#if defined(__clang__)
            __builtin_memcpy(data_ + size_, piece.data(), piece.size());
#else
            for (std::size_t i = 0; i < piece.size(); ++i) data_[size_ + i] = piece[i];
#endif
        }
        size_ += piece.size();
        return *this;
    }
    /// Appends a literal, whose length is known without counting.
    template <std::size_t Size>
    constexpr text& operator<<(const char (&literal)[Size]) {
        return *this << std::string_view(literal, Size - 1);
    }
    constexpr text& operator<<(char c) {
        if (data_ != nullptr) data_[size_] = c;
        ++size_;
        return *this;
    }
    constexpr text& operator<<(std::unsigned_integral auto number) {
        char digits[20]{};
        std::size_t at = 20;
        do {
            digits[--at] = static_cast<char>('0' + number % 10);
            number = static_cast<decltype(number)>(number / 10);
        } while (number != 0);
        return *this << std::string_view(digits + at, 20 - at);
    }

    [[nodiscard]] constexpr std::size_t size() const { return size_; }

  private:
    char* data_ = nullptr;
    std::size_t size_ = 0;
};

/// Runs `Writer::write(text&)` at compile time and returns exactly the characters that it wrote.
template <typename Writer>
constexpr auto render() {
    constexpr std::size_t size = [] {
        text count;
        Writer::write(count);
        return count.size();
    }();
    std::array<char, size> characters{};
    text fill(characters.data());
    Writer::write(fill);
    return characters;
}

template <typename Writer>
inline constexpr auto rendered = render<Writer>();

/// The text of a Writer, as a view of static storage.
template <typename Writer>
inline constexpr std::string_view text_of{rendered<Writer>.data(), rendered<Writer>.size()};

}  // namespace pgsync::detail
