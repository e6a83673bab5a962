#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pgsync {

/// A key, or the columns that link a row to its parent, as one string: the parts' text joined with `|`, where
/// `|` and `\` inside a part are escaped with `\`. This is also the `_id` of a document. Appends one part;
/// `first` says whether it is the first of its key.
inline void append_key_part(std::string& key, std::string_view part, bool first) {
    if (!first) key += '|';
    for (const char c : part) {
        if (c == '|' || c == '\\') key += '\\';
        key += c;
    }
}

/// Takes a key apart again. The number of parts is the caller's to check.
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
