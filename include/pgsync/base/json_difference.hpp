#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/base/error.hpp>

/// Reads JSON as text. No parser converts the numbers: they keep every digit they were written with.
namespace pgsync {

/// One place where two JSON texts differ, and the value each has there; nullopt where only the other has one.
/// The values are views into the texts.
struct json_difference {
    std::string path;  ///< `guest.name`, `reviews[3].rating`, `["an odd key"]`; empty for the whole text
    std::optional<std::string_view> one;
    std::optional<std::string_view> other;
};

namespace detail {

[[noreturn]] inline void refuse_json() {
    throw pgsync::error(errc::protocol, "a document is no JSON that can be read");
}

[[nodiscard]] constexpr bool is_json_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/// Walks through one JSON text. On text that is not JSON, the walk throws errc::protocol or continues at some
/// arbitrary place, but it never leaves the text.
class json_walk {
  public:
    explicit json_walk(std::string_view text) : text_(text) {}

    /// Returns the next non-blank character without consuming it; 0 at the end.
    [[nodiscard]] char peek() {
        while (at_ < text_.size() && is_json_blank(text_[at_])) ++at_;
        return at_ < text_.size() ? text_[at_] : '\0';
    }
    bool take(char c) {
        if (peek() != c) return false;
        ++at_;
        return true;
    }
    /// Consumes the next value and returns its text without surrounding blanks.
    std::string_view value() {
        const char first = peek();
        const auto begin = at_;
        if (first == '"') {
            skip_string();
        } else if (first == '{' || first == '[') {
            skip_nested();
        } else {
            while (at_ < text_.size() && !is_json_blank(text_[at_]) && text_[at_] != ',' &&
                   text_[at_] != '}' && text_[at_] != ']')
                ++at_;
        }
        if (at_ == begin) refuse_json();
        return text_.substr(begin, at_ - begin);
    }

  private:
    void skip_string() {
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] == '\\') {
                ++at_;
            } else if (text_[at_] == '"') {
                ++at_;
                return;
            }
        }
        refuse_json();
    }
    void skip_nested() {
        std::size_t depth = 0;
        do {
            if (at_ >= text_.size()) refuse_json();
            const char c = text_[at_];
            if (c == '"') {
                skip_string();
                continue;
            }
            if (c == '{' || c == '[') ++depth;
            if (c == '}' || c == ']') --depth;
            ++at_;
        } while (depth != 0);
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

inline void append_utf8(std::string& out, unsigned number) {
    const auto byte = [&](unsigned value) { out += static_cast<char>(value); };
    if (number < 0x80U) {
        byte(number);
    } else if (number < 0x800U) {
        byte(0xC0U | number >> 6U);
        byte(0x80U | (number & 0x3FU));
    } else if (number < 0x10000U) {
        byte(0xE0U | number >> 12U);
        byte(0x80U | (number >> 6U & 0x3FU));
        byte(0x80U | (number & 0x3FU));
    } else {
        byte(0xF0U | number >> 18U);
        byte(0x80U | (number >> 12U & 0x3FU));
        byte(0x80U | (number >> 6U & 0x3FU));
        byte(0x80U | (number & 0x3FU));
    }
}

/// Reads the four hexadecimal digits at `at`.
[[nodiscard]] inline unsigned hex4(std::string_view text, std::size_t at) {
    unsigned value = 0;
    for (std::size_t i = at; i < at + 4; ++i) {
        const char c = i < text.size() ? text[i] : '\0';
        const bool digit = c >= '0' && c <= '9';
        const char lower = static_cast<char>(c | 0x20);
        if (!digit && (lower < 'a' || lower > 'f')) refuse_json();
        value = value << 4U | static_cast<unsigned>(digit ? c - '0' : lower - 'a' + 10);
    }
    return value;
}

/// A number as its digits, without zeros at either end, and the power of ten to multiply them by. Equal
/// numbers have equal forms.
struct plain_number {
    bool negative = false;
    std::string digits{};
    std::int64_t exponent = 0;

    friend bool operator==(const plain_number&, const plain_number&) = default;
};

[[nodiscard]] inline plain_number read_number(std::string_view text) {
    plain_number out;
    std::size_t at = 0;
    const auto is_digit = [&] { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
    if (at < text.size() && text[at] == '-') {
        out.negative = true;
        ++at;
    }
    for (; is_digit(); ++at) out.digits += text[at];
    if (at < text.size() && text[at] == '.') {
        for (++at; is_digit(); ++at) {
            out.digits += text[at];
            --out.exponent;
        }
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        const bool down = at < text.size() && text[at] == '-';
        if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
        std::int64_t power = 0;
        constexpr std::int64_t beyond_use = 1'000'000'000'000;
        for (; is_digit(); ++at) power = std::min(beyond_use, power * 10 + (text[at] - '0'));
        out.exponent += down ? -power : power;
    }
    if (at != text.size() || out.digits.empty()) refuse_json();
    out.digits.erase(0, std::min(out.digits.find_first_not_of('0'), out.digits.size()));
    while (!out.digits.empty() && out.digits.back() == '0') {
        out.digits.pop_back();
        ++out.exponent;
    }
    if (out.digits.empty()) return {};
    return out;
}

}  // namespace detail

/// Calls `each(key, value)` with the texts of an object's members. Keys keep their quotes.
template <typename Each>
void for_json_members(std::string_view object, const Each& each) {
    detail::json_walk walk(object);
    if (!walk.take('{')) detail::refuse_json();
    if (walk.take('}')) return;
    do {
        const auto key = walk.peek() == '"' ? walk.value() : std::string_view();
        if (key.empty() || !walk.take(':')) detail::refuse_json();
        each(key, walk.value());
    } while (walk.take(','));
    if (!walk.take('}')) detail::refuse_json();
}

/// Calls `each(value)` with the texts of an array's elements.
template <typename Each>
void for_json_elements(std::string_view array, const Each& each) {
    detail::json_walk walk(array);
    if (!walk.take('[')) detail::refuse_json();
    if (walk.take(']')) return;
    do {
        each(walk.value());
    } while (walk.take(','));
    if (!walk.take(']')) detail::refuse_json();
}

/// Decodes a JSON string, given with its quotes, to UTF-8. An unpaired surrogate is encoded as it is.
[[nodiscard]] inline std::string json_string_value(std::string_view quoted) {
    constexpr std::string_view letters = "bfnrt";
    constexpr std::string_view meant = "\b\f\n\r\t";
    std::string out;
    if (quoted.size() < 2) detail::refuse_json();
    const auto text = quoted.substr(1, quoted.size() - 2);
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\') {
            out += text[at];
            continue;
        }
        if (++at == text.size()) detail::refuse_json();
        if (text[at] == 'u') {
            auto number = detail::hex4(text, at + 1);
            at += 4;
            if (number >= 0xD800U && number < 0xDC00U && text.substr(at + 1).starts_with("\\u")) {
                const auto low = detail::hex4(text, at + 3);
                if (low >= 0xDC00U && low < 0xE000U) {
                    number = 0x10000U + ((number - 0xD800U) << 10U) + (low - 0xDC00U);
                    at += 6;
                }
            }
            detail::append_utf8(out, number);
        } else {
            const auto letter = letters.find(text[at]);
            out += letter == std::string_view::npos ? text[at] : meant[letter];
        }
    }
    return out;
}

namespace detail {

class json_comparison {
  public:
    json_comparison(std::size_t limit, std::vector<json_difference>& out) : limit_(limit), out_(out) {}

    void compare(std::string_view one, std::string_view other, const std::string& path, int depth = 0) {
        if (full() || one == other) return;
        const auto kind = kind_of(one);
        // Below this depth only the texts are compared, which bounds the recursion.
        if (kind != kind_of(other) || depth == deepest) return note(path, one, other);
        if (kind == '{') {
            members(one, other, path, depth);
        } else if (kind == '[') {
            elements(one, other, path, depth);
        } else if (kind == '"') {
            if (json_string_value(one) != json_string_value(other)) note(path, one, other);
        } else if (kind != '0' || read_number(one) != read_number(other)) {
            note(path, one, other);
        }
    }

  private:
    using member = std::pair<std::string, std::string_view>;
    static constexpr int deepest = 500;

    [[nodiscard]] bool full() const { return out_.size() >= limit_; }
    void note(const std::string& path, std::optional<std::string_view> one,
              std::optional<std::string_view> other) {
        if (!full()) out_.push_back({path, one, other});
    }

    static char kind_of(std::string_view text) {
        const char first = text.front();
        return first == '-' || (first >= '0' && first <= '9') ? '0' : first;
    }

    static std::vector<member> sorted(std::string_view object) {
        std::vector<member> out;
        for_json_members(object, [&](std::string_view key, std::string_view value) {
            out.emplace_back(json_string_value(key), value);
        });
        std::stable_sort(out.begin(), out.end(),
                         [](const member& a, const member& b) { return a.first < b.first; });
        return out;
    }

    void members(std::string_view one, std::string_view other, const std::string& path, int depth) {
        const auto mine = sorted(one);
        const auto theirs = sorted(other);
        auto a = mine.begin();
        auto b = theirs.begin();
        while (a != mine.end() || b != theirs.end()) {
            if (b == theirs.end() || (a != mine.end() && a->first < b->first)) {
                note(below(path, a->first), a->second, std::nullopt);
                ++a;
            } else if (a == mine.end() || b->first < a->first) {
                note(below(path, b->first), std::nullopt, b->second);
                ++b;
            } else {
                if (a->second != b->second) compare(a->second, b->second, below(path, a->first), depth + 1);
                ++a;
                ++b;
            }
        }
    }

    void elements(std::string_view one, std::string_view other, const std::string& path, int depth) {
        std::vector<std::string_view> mine;
        std::vector<std::string_view> theirs;
        for_json_elements(one, [&](std::string_view each) { mine.push_back(each); });
        for_json_elements(other, [&](std::string_view each) { theirs.push_back(each); });
        for (std::size_t i = 0; i < std::max(mine.size(), theirs.size()); ++i) {
            const auto at = path + "[" + std::to_string(i) + "]";
            if (i >= theirs.size()) {
                note(at, mine[i], std::nullopt);
            } else if (i >= mine.size()) {
                note(at, std::nullopt, theirs[i]);
            } else {
                compare(mine[i], theirs[i], at, depth + 1);
            }
        }
    }

    static std::string below(const std::string& path, const std::string& key) {
        const bool plain = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
            const auto byte = static_cast<unsigned char>(c);
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                   c == '-' || byte >= 0x80;
        });
        if (!plain) return path + "[\"" + key + "\"]";
        return path.empty() ? key : path + "." + key;
    }

    std::size_t limit_;
    std::vector<json_difference>& out_;
};

}  // namespace detail

/// Returns the JSON value in `text` without surrounding blanks.
[[nodiscard]] inline std::string_view json_trimmed(std::string_view text) {
    return detail::json_walk(text).value();
}

/// Returns where two JSON texts differ, at most `limit` places. The order of an object's members does not
/// matter, nor do blanks, nor how a character or a number is written: 1.0 equals 1 and 1e0, but
/// 9007199254740993 does not equal 9007199254740992. Throws errc::protocol for text that is not JSON.
[[nodiscard]] inline std::vector<json_difference> json_differences(std::string_view one,
                                                                   std::string_view other,
                                                                   std::size_t limit) {
    std::vector<json_difference> out;
    if (one == other) return out;
    detail::json_comparison(limit, out).compare(json_trimmed(one), json_trimmed(other), {});
    return out;
}

/// Returns true if both texts mean the same; see json_differences().
[[nodiscard]] inline bool same_json(std::string_view one, std::string_view other) {
    return json_differences(one, other, 1).empty();
}

}  // namespace pgsync
