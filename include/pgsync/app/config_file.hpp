#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/error.hpp>
#include <pgsync/printable.hpp>

namespace pgsync::app {

/// One line of a configuration file: `page-size = 1000`, or an array of several values.
struct config_entry {
    std::string section;  ///< of the command it is for; empty: of all that have the option
    std::string name;
    std::vector<std::string> values;
    std::size_t line = 0;
};

/// Reads the part of TOML that options need: `[section]`, `name = value` with texts in double or single
/// quotes, numbers, `true` and `false`, arrays of these, and comments. Read here, since versions of CLI11
/// differ in it, and the one of Debian 12 cuts a quoted password at its `#`. Errors are errc::configuration
/// and name the line.
class config_reader {
  public:
    /// `path` is for messages.
    config_reader(std::string_view text, std::string path) : text_(text), path_(std::move(path)) {
        if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    }

    [[nodiscard]] std::vector<config_entry> read() {
        std::vector<config_entry> out;
        std::string section;
        for (skip_lines(); !ended(); skip_lines()) {
            if (take('[')) {
                blanks();
                section = word();
                blanks();
                if (!take(']')) refuse("a section is written [command]");
                line_end();
                continue;
            }
            config_entry each{section, {}, {}, line_};
            each.name = word();
            if (section.empty() && take('.')) each.section = std::exchange(each.name, word());
            blanks();
            if (!take('=')) refuse("behind \"" + printable(each.name) + "\" a = is missing");
            blanks();
            if (take('[')) {
                array(each.values);
            } else {
                each.values.push_back(value());
            }
            line_end();
            std::replace(each.name.begin(), each.name.end(), '_', '-');
            const auto twice = std::find_if(out.begin(), out.end(), [&](const config_entry& other) {
                return other.section == each.section && other.name == each.name;
            });
            if (twice != out.end())
                refuse("\"" + printable(each.name) + "\" stands in line " + std::to_string(twice->line) +
                       " already");
            out.push_back(std::move(each));
        }
        return out;
    }

  private:
    [[noreturn]] void refuse(const std::string& why) const {
        throw error(errc::configuration, path_ + ":" + std::to_string(line_) + ": " + why,
                    "write it as TOML: page-size = 1000, database = \"host=db dbname=shop\"");
    }
    [[nodiscard]] bool ended() const { return at_ >= text_.size(); }
    [[nodiscard]] char now() const { return ended() ? '\0' : text_[at_]; }
    bool take(char c) {
        if (now() != c || ended()) return false;
        if (c == '\n') ++line_;
        ++at_;
        return true;
    }
    void blanks() {
        while (now() == ' ' || now() == '\t') ++at_;
    }
    void comment() {
        blanks();
        if (now() == '#')
            while (!ended() && now() != '\n') ++at_;
        take('\r');
    }
    void skip_lines() {
        do comment();
        while (take('\n'));
    }
    void line_end() {
        comment();
        if (!ended() && !take('\n')) refuse("behind the value there is something more; a text needs quotes");
    }
    std::string word() {
        const auto begin = at_;
        while (is_word(now())) ++at_;
        if (at_ == begin) refuse("a name is missing");
        return std::string(text_.substr(begin, at_ - begin));
    }
    static bool is_word(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-';
    }

    void array(std::vector<std::string>& into) {
        skip_lines();
        while (!take(']')) {
            into.push_back(value());
            skip_lines();
            const bool more = take(',');
            skip_lines();
            if (!more && now() != ']') refuse("an array is written [1, 2] or [\"a\", \"b\"]");
        }
    }
    std::string value() {
        if (now() == '"') return quoted();
        if (take('\'')) {
            const auto end = text_.find_first_of("'\n", at_);
            if (end == std::string_view::npos || text_[end] == '\n') refuse("a quote is not closed");
            const auto begin = std::exchange(at_, end + 1);
            return std::string(text_.substr(begin, end - begin));
        }
        std::string out;
        while (is_word(now()) || now() == '+' || now() == '.') out += text_[at_++];
        if (out == "true" || out == "false") return out;
        const bool number = !out.empty() && out.find_first_not_of("0123456789_+-.") == std::string::npos &&
                            out.find_first_of("0123456789") != std::string::npos;
        if (!number) refuse("a text needs quotes: \"…\" or '…'");
        std::erase(out, '_');
        return out;
    }
    std::string quoted() {
        std::string out;
        ++at_;
        while (!take('"')) {
            if (ended() || now() == '\n') refuse("a quote is not closed");
            if (!take('\\')) {
                out += text_[at_++];
                continue;
            }
            constexpr std::string_view letters = "btnfr\"\\";
            constexpr std::string_view meant = "\b\t\n\f\r\"\\";
            const auto which = ended() ? std::string_view::npos : letters.find(now());
            if (which != std::string_view::npos) {
                out += meant[which];
                ++at_;
            } else if (take('u')) {
                append_character(out, hex(4));
            } else if (take('U')) {
                append_character(out, hex(8));
            } else {
                refuse("in double quotes a backslash is written \\\\; single quotes take it as it is");
            }
        }
        return out;
    }
    unsigned hex(std::size_t digits) {
        unsigned number = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            constexpr std::string_view all = "0123456789abcdef";
            const char c = now();
            const auto digit = ended()
                                   ? std::string_view::npos
                                   : all.find(c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
            if (digit == std::string_view::npos || number > 0xFFFFFFU)
                refuse("\\u takes four hexadecimal digits");
            number = number * 16 + static_cast<unsigned>(digit);
            ++at_;
        }
        return number;
    }
    void append_character(std::string& out, unsigned number) const {
        if (number == 0 || number > 0x10FFFFU || (number >= 0xD800U && number <= 0xDFFFU))
            refuse("\\u names no character");
        const auto byte = [&](unsigned value) { out += static_cast<char>(value); };
        if (number < 0x80U) return byte(number);
        if (number < 0x800U) {
            byte(0xC0U | number >> 6U);
        } else if (number < 0x10000U) {
            byte(0xE0U | number >> 12U);
            byte(0x80U | (number >> 6U & 0x3FU));
        } else {
            byte(0xF0U | number >> 18U);
            byte(0x80U | (number >> 12U & 0x3FU));
            byte(0x80U | (number >> 6U & 0x3FU));
        }
        byte(0x80U | (number & 0x3FU));
    }

    std::string_view text_;
    std::string path_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
};

}  // namespace pgsync::app
