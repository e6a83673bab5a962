#pragma once

#include <cstddef>
#include <string_view>

/// Checks of texts in a declaration: can this SQL stand inside a query, is this text a JSON object?
namespace pgsync::detail::check {

/// Returns true if the SQL can stand in parentheses inside a query and be skipped when the query's `$1…`
/// parameters are searched for.
[[nodiscard]] constexpr bool is_closed_sql(std::string_view sql) {
    int depth = 0;
    bool blank = true;
    for (std::size_t i = 0; i < sql.size(); ++i) {
        const char c = sql[i];
        const char next = i + 1 < sql.size() ? sql[i + 1] : '\0';
        blank = blank && (c == ' ' || c == '\n' || c == '\t' || c == '\r');
        if (c == '\'' || c == '"') {
            i = sql.find(c, i + 1);
            if (i == std::string_view::npos) return false;
            continue;
        }
        if (c == ';' || c == '$' || (c == '-' && next == '-') || (c == '/' && next == '*')) return false;
        if (c == '(' || c == '[') ++depth;
        if ((c == ')' || c == ']') && --depth < 0) return false;
    }
    return depth == 0 && !blank;
}

/// Checks whether a text is a JSON object, without building its values. Rejects values nested more than 50
/// levels deep.
class json_reader {
  public:
    constexpr explicit json_reader(std::string_view text) : text_(text) {}

    [[nodiscard]] constexpr bool is_object() {
        blank();
        const bool object = peek() == '{' && value(0);
        blank();
        return object && at_ == text_.size();
    }

  private:
    [[nodiscard]] constexpr char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    constexpr bool take(char c) {
        if (peek() != c) return false;
        ++at_;
        return true;
    }
    constexpr void blank() {
        while (peek() == ' ' || peek() == '\n' || peek() == '\t' || peek() == '\r') ++at_;
    }
    constexpr bool value(int depth) {
        if (depth > 50) return false;
        blank();
        if (peek() == '{' || peek() == '[') return members(depth);
        if (peek() == '"') return string();
        for (const std::string_view word : {"true", "false", "null"}) {
            if (text_.substr(at_).starts_with(word)) {
                at_ += word.size();
                return true;
            }
        }
        return number();
    }
    constexpr bool members(int depth) {
        const bool object = take('{');
        const char end = object ? '}' : ']';
        if (!object) ++at_;
        blank();
        if (take(end)) return true;
        do {
            blank();
            if (object) {
                if (!string()) return false;
                blank();
                if (!take(':')) return false;
            }
            if (!value(depth + 1)) return false;
            blank();
        } while (take(','));
        return take(end);
    }
    constexpr bool string() {
        if (!take('"')) return false;
        while (at_ < text_.size() && text_[at_] != '"') {
            if (static_cast<unsigned char>(text_[at_]) < 0x20) return false;
            at_ += text_[at_] == '\\' ? 2U : 1U;
        }
        return take('"');
    }
    constexpr bool number() {
        const auto digits = [&] {
            const auto begin = at_;
            while (peek() >= '0' && peek() <= '9') ++at_;
            return at_ != begin;
        };
        take('-');
        if (!digits()) return false;
        if (take('.') && !digits()) return false;
        if (take('e') || take('E')) {
            if (!take('+')) take('-');
            return digits();
        }
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

[[nodiscard]] constexpr bool is_json_object(std::string_view text) { return json_reader(text).is_object(); }

}  // namespace pgsync::detail::check

namespace pgsync {

using detail::check::is_closed_sql;  // also used for SQL that is entered at run time

}  // namespace pgsync
