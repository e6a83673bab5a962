#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <utility>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/base/printable.hpp>

namespace pgsync::app {

/// One option in a configuration file: `page-size = 1000`, or an array of several values.
struct config_entry {
    std::string section;  ///< the command it is for; empty: every command that has the option
    std::string name;     ///< without the leading `--`
    std::vector<std::string> values;
    std::size_t line = 0;
};

namespace detail {

class config_reader {
  public:
    explicit config_reader(std::string path) : path_(std::move(path)) {}

    [[nodiscard]] std::vector<config_entry> read(std::string_view text) {
        try {
            table(toml::parse(text, path_), {});
        } catch (const toml::parse_error& problem) {
            std::string what(problem.description());
            refuse(problem.source(), what.empty() ? "this is no TOML" : what);
        }
        // toml++ sorts a table's keys alphabetically, but messages should follow the order in the file.
        std::stable_sort(entries_.begin(), entries_.end(),
                         [](const config_entry& a, const config_entry& b) { return a.line < b.line; });
        for (auto each = entries_.begin(); each != entries_.end(); ++each) {
            const auto twice = std::find_if(entries_.begin(), each, [&](const config_entry& other) {
                return other.section == each->section && other.name == each->name;
            });
            if (twice != each)
                refuse(each->line, "\"" + printable(each->name) + "\" stands in line " +
                                       std::to_string(twice->line) + " already");
        }
        return std::move(entries_);
    }

  private:
    [[noreturn]] void refuse(std::size_t line, const std::string& why) const {
        throw error(
            errc::configuration, path_ + ":" + std::to_string(line) + ": " + printable(why),
            "write it as TOML, texts in quotes: page-size = 1000, database = \"host=db dbname=shop\"");
    }
    [[noreturn]] void refuse(const toml::source_region& where, const std::string& why) const {
        refuse(where.begin.line, why);
    }

    void table(const toml::table& of, const std::string& section) {
        for (const auto& [key, node] : of) {
            if (const auto* inner = node.as_table(); inner != nullptr && section.empty()) {
                table(*inner, std::string(key.str()));
                continue;
            }
            config_entry each{section, std::string(key.str()), {}, key.source().begin.line};
            std::replace(each.name.begin(), each.name.end(), '_', '-');
            if (const auto* several = node.as_array()) {
                for (const auto& value : *several) each.values.push_back(text_of(value, each.name));
            } else {
                each.values.push_back(text_of(node, each.name));
            }
            entries_.push_back(std::move(each));
        }
    }

    /// Returns the value as it would be written on a command line.
    [[nodiscard]] std::string text_of(const toml::node& value, const std::string& name) const {
        if (const auto* text = value.as_string()) {
            // Neither arguments nor environment variables can contain one.
            if (text->get().find('\0') != std::string::npos)
                refuse(value.source(), "\"" + printable(name) + "\" has a zero byte");
            return text->get();
        }
        if (const auto* flag = value.as_boolean()) return flag->get() ? "true" : "false";
        if (!value.is_number())
            refuse(value.source(),
                   "\"" + printable(name) + "\" is a text, a number, true, false, or an array of these");
        std::array<char, 64> out{};
        const auto* whole = value.as_integer();
        const auto end = whole != nullptr ? std::to_chars(out.data(), out.data() + out.size(), whole->get())
                                          : std::to_chars(out.data(), out.data() + out.size(),
                                                          value.as_floating_point()->get());
        return {out.data(), end.ptr};
    }

    std::string path_;
    std::vector<config_entry> entries_;
};

}  // namespace detail

/// Parses a configuration file, which is TOML: `name = value` for all commands that have the option, and the
/// same under `[command]` for one of them. In option names `_` and `-` are equivalent. Throws
/// errc::configuration, naming `path` and the line but no value, which may be a password. Uses toml++, since
/// versions of CLI11 differ in how they read such files, and that of Debian 12 truncates a quoted password at
/// its `#`.
[[nodiscard]] inline std::vector<config_entry> read_config(std::string_view text, std::string path) {
    return detail::config_reader(std::move(path)).read(text);
}

}  // namespace pgsync::app
