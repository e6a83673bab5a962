#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include <pgsync/base/json_at.hpp>
#include <pgsync/base/json_difference.hpp>

namespace pgsync::app {

/// Which parts of a document an index stores as they were sent: by default everything, or, depending on
/// `_source` in its mapping, only some fields or nothing. Other fields can be searched but not read back.
class source_rules {
  public:
    source_rules() = default;
    /// Reads the rules from the index's mapping and settings, as the cluster returns them.
    explicit source_rules(const boost::json::value& mapping, const boost::json::value& settings = nullptr) {
        const auto* rules = value_at(mapping, "_source");
        const auto patterns = [&](std::string_view name, std::vector<std::string>& into) {
            const auto* list = rules == nullptr ? nullptr : value_at(*rules, name);
            if (list == nullptr) return;
            if (list->is_string()) into.emplace_back(list->get_string());
            if (!list->is_array()) return;
            for (const auto& each : list->get_array()) into.push_back(text_of_json(&each));
        };
        patterns("includes", includes_);
        patterns("excludes", excludes_);
        if (rules != nullptr && text_at(*rules, "enabled") == "false") kept_ = false;
        auto mode = rules == nullptr ? std::string() : text_at(*rules, "mode");
        // Elasticsearch 8.17 and later.
        for (const std::string_view path : {"index.mapping.source.mode", "mapping.source.mode"})
            if (mode.empty()) mode = text_at(settings, path);
        if (!mode.empty() && mode != "stored") kept_ = false;
    }

    /// Returns whether documents can be read back exactly as they were sent.
    [[nodiscard]] bool whole() const { return kept_ && includes_.empty() && excludes_.empty(); }
    /// Returns whether anything can be read back. A source that is reconstructed from the index (`synthetic`)
    /// is not what was sent, and does not count.
    [[nodiscard]] bool kept() const { return kept_; }

    /// Returns whether a field is stored; `path` is the names of the enclosing objects and its own, joined by
    /// dots.
    [[nodiscard]] bool holds(std::string_view path) const {
        return kept_ && (includes_.empty() || any_covers(includes_, path)) && !any_covers(excludes_, path);
    }

    /// Returns the part of a document's JSON that is stored, without empty objects and arrays: whether one
    /// that has lost all of its fields remains, empty, depends on the cluster's version.
    [[nodiscard]] std::string kept_of(std::string_view json) const {
        return value_of(json_trimmed(json), {}).value_or("{}");
    }

    /// Returns the fields in `properties` (of a mapping) that are not stored; of nested ones only the
    /// outermost.
    [[nodiscard]] std::vector<std::string> lacking(const boost::json::value& properties) const {
        std::vector<std::string> out;
        collect(properties, {}, out);
        // A pattern may refer to the inside of a JSON column, which does not appear in the mapping.
        for (const auto& pattern : excludes_) {
            if (std::none_of(out.begin(), out.end(),
                             [&](const auto& path) { return any_covers({pattern}, path); }))
                out.push_back(pattern);
        }
        return out;
    }

  private:
    /// Matches a pattern in which `*` stands for any characters, including dots.
    static bool matches(std::string_view pattern, std::string_view text) {
        std::size_t p = 0;
        std::size_t t = 0;
        std::size_t star = std::string_view::npos;
        std::size_t retry = 0;
        while (t < text.size()) {
            if (p < pattern.size() && pattern[p] == '*') {
                star = p++;
                retry = t;
            } else if (p < pattern.size() && pattern[p] == text[t]) {
                ++p;
                ++t;
            } else if (star != std::string_view::npos) {
                p = star + 1;
                t = ++retry;
            } else {
                return false;
            }
        }
        while (p < pattern.size() && pattern[p] == '*') ++p;
        return p == pattern.size();
    }
    /// Returns whether a pattern matches the path, or an object that contains it.
    static bool any_covers(const std::vector<std::string>& patterns, std::string_view path) {
        return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
            for (auto end = path.find('.'); end != std::string_view::npos; end = path.find('.', end + 1))
                if (matches(pattern, path.substr(0, end))) return true;
            return matches(pattern, path);
        });
    }

    static std::string below(const std::string& path, std::string_view name) {
        return path.empty() ? std::string(name) : path + "." + std::string(name);
    }

    [[nodiscard]] std::optional<std::string> value_of(std::string_view json, const std::string& path) const {
        std::string out;
        const auto add = [&](std::string_view key, const std::optional<std::string>& value) {
            if (!value) return;
            out += out.empty() ? (json.front() == '{' ? "{" : "[") : ",";
            if (!key.empty()) (out += key) += ':';
            out += *value;
        };
        if (json.starts_with('{')) {
            for_json_members(json, [&](std::string_view key, std::string_view value) {
                add(key, value_of(value, below(path, json_string_value(key))));
            });
        } else if (json.starts_with('[')) {
            for_json_elements(json, [&](std::string_view each) { add({}, value_of(each, path)); });
        } else {
            return path.empty() || holds(path) ? std::optional<std::string>(json) : std::nullopt;
        }
        if (out.empty()) return std::nullopt;
        return out + (json.front() == '{' ? "}" : "]");
    }

    void collect(const boost::json::value& properties, const std::string& path,
                 std::vector<std::string>& into) const {
        if (!properties.is_object()) return;
        for (const auto& each : properties.get_object()) {
            const auto at = below(path, each.key());
            const auto* inner = value_at(each.value(), "properties");
            if (any_covers(excludes_, at) || (inner == nullptr && !holds(at))) {
                into.push_back(at);
            } else if (inner != nullptr) {
                collect(*inner, at, into);
            }
        }
    }

    bool kept_ = true;
    std::vector<std::string> includes_;
    std::vector<std::string> excludes_;
};

}  // namespace pgsync::app
