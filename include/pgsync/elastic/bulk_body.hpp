#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pgsync::elastic {

/// Appends `text` as a JSON string with its quotes. Bytes from 0x80 on pass as they are: PostgreSQL hands out
/// valid UTF-8 only.
inline void append_json_string(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            out += "\\u00";
            out += digits[byte >> 4U];
            out += digits[byte & 15U];
        } else {
            out += c;
        }
    }
    out += '"';
}

/// The body of one `_bulk` request under construction: an action line, and for writes the document as one line.
/// Knows where each item begins, so that some of them can be sent again or named.
class bulk_body {
  public:
    /// What is known of one item.
    struct item {
        std::size_t offset = 0;    ///< of its action line
        std::size_t length = 0;    ///< with the document and both line ends
        std::size_t document = 0;  ///< offset of the document; 0 for a delete
        std::size_t target = 0;    ///< offset and length of index and id in names()
        std::size_t target_length = 0;
        std::size_t id_length = 0;
        std::uint64_t version = 0;
    };

    /// A write that succeeds unless the index holds a greater version. `document` is JSON as PostgreSQL prints it,
    /// not parsed: legal JSON has raw line ends only between tokens, where a blank does as well.
    void index(std::string_view target, std::string_view id, std::uint64_t version, std::string_view document) {
        action("{\"index\":{\"_index\":", target, id, version);
        auto& text = *text_;
        items_.back().document = text.size();
        const auto begin = text.size();
        text.append(document);
        for (auto at = text.find_first_of("\n\r", begin); at != std::string::npos; at = text.find_first_of("\n\r", at)) {
            text[at] = ' ';
        }
        text += '\n';
        items_.back().length = text.size() - items_.back().offset;
    }

    /// A delete that succeeds unless the index holds a greater version.
    void remove(std::string_view target, std::string_view id, std::uint64_t version) {
        action("{\"delete\":{\"_index\":", target, id, version);
        items_.back().length = text_->size() - items_.back().offset;
    }

    [[nodiscard]] std::size_t bytes() const { return text_->size(); }
    [[nodiscard]] std::size_t items() const { return items_.size(); }
    [[nodiscard]] std::shared_ptr<const std::string> text() const { return text_; }

    [[nodiscard]] std::string_view target_of(std::size_t i) const {
        return std::string_view(names_).substr(items_[i].target, items_[i].target_length);
    }
    [[nodiscard]] std::string_view id_of(std::size_t i) const {
        return std::string_view(names_).substr(items_[i].target + items_[i].target_length, items_[i].id_length);
    }
    [[nodiscard]] std::uint64_t version_of(std::size_t i) const { return items_[i].version; }
    [[nodiscard]] bool is_delete(std::size_t i) const { return items_[i].document == 0; }
    /// Empty for a delete.
    [[nodiscard]] std::string_view document_of(std::size_t i) const {
        const auto& each = items_[i];
        if (each.document == 0) return {};
        return std::string_view(*text_).substr(each.document, each.offset + each.length - 1 - each.document);
    }

    /// A body of some of the items, in the given order.
    [[nodiscard]] bulk_body subset(std::span<const std::size_t> which) const {
        bulk_body out;
        for (const auto i : which) {
            if (is_delete(i)) {
                out.remove(target_of(i), id_of(i), version_of(i));
            } else {
                out.index(target_of(i), id_of(i), version_of(i), document_of(i));
            }
        }
        return out;
    }

  private:
    void action(std::string_view opening, std::string_view target, std::string_view id, std::uint64_t version) {
        auto& text = *text_;
        item each;
        each.offset = text.size();
        each.target = names_.size();
        each.target_length = target.size();
        each.id_length = id.size();
        each.version = version;
        names_.append(target).append(id);
        text += opening;
        append_json_string(text, target);
        text += ",\"_id\":";
        append_json_string(text, id);
        std::array<char, 20> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), version).ptr;
        text.append(",\"version\":").append(digits.data(), end);
        text += ",\"version_type\":\"external_gte\"}}\n";
        items_.push_back(each);
    }

    std::shared_ptr<std::string> text_ = std::make_shared<std::string>();
    std::string names_;
    std::vector<item> items_;
};

}  // namespace pgsync::elastic
