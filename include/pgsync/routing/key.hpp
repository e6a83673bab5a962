#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pgsync {

/// Appends one part to a key; `first` says whether it is the key's first part. A key, or the values of the
/// columns that link a row to its parent, is a single string: the parts as text, joined with `|`, where `|`
/// and `\` inside a part are escaped with `\`. It is also the `_id` of a document.
inline void append_key_part(std::string& key, std::string_view part, bool first) {
    if (!first) key += '|';
    for (const char c : part) {
        if (c == '|' || c == '\\') key += '\\';
        key += c;
    }
}

/// Splits a key into its parts. The caller must check their number.
inline void split_key(std::string_view key, std::vector<std::string>& parts) {
    parts.clear();
    parts.emplace_back();
    for (std::size_t i = 0; i < key.size(); ++i) {
        if (key[i] == '|') {
            parts.emplace_back();
        } else {
            if (key[i] == '\\' && i + 1 < key.size()) ++i;
            parts.back() += key[i];
        }
    }
}

[[nodiscard]] inline std::vector<std::string> split_key(std::string_view key) {
    std::vector<std::string> parts;
    split_key(key, parts);
    return parts;
}

}  // namespace pgsync
