#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace pgsync::app {

/// Returns the number of UTF-8 characters in `text`.
[[nodiscard]] inline std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Formats rows of equally many cells as lines with aligned columns. Columns whose index is in `right` are
/// right-aligned.
[[nodiscard]] inline std::string text_table(const std::vector<std::vector<std::string>>& rows,
                                            const std::vector<std::size_t>& right = {}) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
    }
    std::string out;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string room(widths[i] - width_of(row[i]), ' ');
            const bool is_right = std::find(right.begin(), right.end(), i) != right.end();
            line += (i == 0 ? "" : "  ") + (is_right ? room + row[i] : row[i] + room);
        }
        out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return out;
}

}  // namespace pgsync::app
