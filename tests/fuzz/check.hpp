#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

/// A property that a fuzzer has found not to hold ends it, as a crash does.
inline void require(bool holds, const char* what, std::string_view about = {}) {
    if (holds) return;
    std::fprintf(stderr, "property does not hold: %s\n%.*s\n", what, static_cast<int>(about.size()),
                 about.data());
    std::abort();
}

/// An input taken apart: numbers from its front, texts of a length that the byte before them says.
class input {
  public:
    input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

    std::uint8_t byte() {
        if (rest_.empty()) return 0;
        const auto value = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return value;
    }
    std::string_view text() {
        const auto size = byte();
        const auto out = rest_.substr(0, size);
        rest_.remove_prefix(out.size());
        return out;
    }
    std::string_view rest() {
        const auto out = rest_;
        rest_ = {};
        return out;
    }
    [[nodiscard]] bool empty() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};
