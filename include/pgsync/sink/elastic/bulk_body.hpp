#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/base/json_string.hpp>
#include <pgsync/sink/elastic/rejected_item.hpp>

namespace pgsync::elastic {

/// Optional parameters of an action; empty ones are left out.
struct action_options {
    std::string_view routing{};
    std::string_view pipeline{};
};

/// The body of a `_bulk` request under construction: an action line for each item, and for writes the
/// document on a second line. Records where each item begins, so that single items can be sent again or
/// named.
class bulk_body {
  public:
    /// The position and identity of one item.
    struct item {
        std::size_t offset = 0;    ///< of its action line
        std::size_t length = 0;    ///< with the document and both newlines
        std::size_t document = 0;  ///< offset of the document; 0 for a delete
        std::size_t target = 0;    ///< offset of the index name, followed by the id, in `names_`
        std::size_t target_length = 0;
        std::size_t id_length = 0;
        std::uint64_t version = 0;
    };

    bulk_body() = default;
    // Copies would append to the same text.
    bulk_body(const bulk_body&) = delete;
    bulk_body& operator=(const bulk_body&) = delete;
    bulk_body(bulk_body&&) = default;
    bulk_body& operator=(bulk_body&&) = default;
    ~bulk_body() = default;

    /// Adds a write that succeeds unless the index holds a greater version. `document` is JSON as PostgreSQL
    /// prints it and is not parsed: valid JSON contains raw newlines only between tokens, where a space is
    /// equivalent.
    void index(std::string_view target, std::string_view id, std::uint64_t version, std::string_view document,
               const action_options& options = {}) {
        write(target, id, version, document, options);
    }
    /// Adds a write that replaces whatever the index holds.
    void index(std::string_view target, std::string_view id, std::string_view document) {
        write(target, id, std::nullopt, document, {});
    }

    /// Adds a delete that succeeds unless the index holds a greater version. Of the options only the routing
    /// is used.
    void remove(std::string_view target, std::string_view id, std::uint64_t version,
                const action_options& options = {}) {
        action("{\"delete\":{\"_index\":", target, id, version, {options.routing, {}});
        ++deletes_;
        items_.back().length = text_->size() - items_.back().offset;
    }

    /// Records a document that cannot be built and therefore is not sent: it is only reported, and set aside
    /// or not, like one that the cluster refuses.
    void refuse(rejected_item&& what) {
        refused_bytes_ += what.id.size() + what.reason.size() + what.document.size();
        refused_.push_back(std::move(what));
    }
    [[nodiscard]] std::vector<rejected_item> take_refused() {
        refused_bytes_ = 0;
        return std::exchange(refused_, {});
    }

    /// Makes sure that no delete in this body can create an index: a versioned delete creates a missing
    /// target, even with `require_alias`, and reports success. Each target that is only deleted from
    /// therefore gets an empty update after the items, which obeys `require_alias` and so prevents the whole
    /// request from creating the index. Idempotent; no items may be added afterwards.
    void add_guards() {
        if (deletes_ == 0 || !guards_.empty()) return;
        std::vector<std::string_view> written;
        std::vector<std::string_view> deleted;
        const auto note = [](std::vector<std::string_view>& in, std::string_view name) {
            // Items of the same target are mostly adjacent.
            if (!in.empty() && in.back() == name) return;
            for (const auto& known : in) {
                if (known == name) return;
            }
            in.push_back(name);
        };
        for (std::size_t i = 0; i < items_.size(); ++i) note(is_delete(i) ? deleted : written, target_of(i));
        for (const auto target : deleted) {
            bool covered = false;
            for (const auto& name : written) covered = covered || name == target;
            if (covered) continue;
            *text_ += "{\"update\":{\"_index\":";
            append_json_string(*text_, target);
            *text_ += ",\"_id\":\"pgsync-guard\"}}\n{\"doc\":{}}\n";
            guards_.emplace_back(target);
        }
    }
    /// Returns the guarded targets, in the order of their answers, which follow those of the items.
    [[nodiscard]] const std::vector<std::string>& guards() const { return guards_; }

    /// Reserves capacity for `bytes` bytes in total, before many are added.
    void reserve(std::size_t bytes) { text_->reserve(bytes); }

    [[nodiscard]] std::size_t bytes() const { return text_->size() + refused_bytes_; }
    /// Returns whether there is nothing to send and nothing to report.
    [[nodiscard]] bool empty() const { return items_.empty() && refused_.empty(); }
    [[nodiscard]] std::size_t items() const { return items_.size(); }
    [[nodiscard]] std::shared_ptr<const std::string> text() const { return text_; }

    [[nodiscard]] std::string_view target_of(std::size_t i) const {
        return std::string_view(names_).substr(items_[i].target, items_[i].target_length);
    }
    [[nodiscard]] std::string_view id_of(std::size_t i) const {
        return std::string_view(names_).substr(items_[i].target + items_[i].target_length,
                                               items_[i].id_length);
    }
    [[nodiscard]] std::uint64_t version_of(std::size_t i) const { return items_[i].version; }
    [[nodiscard]] bool is_delete(std::size_t i) const { return items_[i].document == 0; }
    /// Returns the document's JSON; empty for a delete.
    [[nodiscard]] std::string_view document_of(std::size_t i) const {
        const auto& each = items_[i];
        if (each.document == 0) return {};
        return std::string_view(*text_).substr(each.document, each.offset + each.length - 1 - each.document);
    }

    /// Returns a body with some of the items, in the given order.
    [[nodiscard]] bulk_body subset(std::span<const std::size_t> which) const {
        bulk_body out;
        for (const auto i : which) {
            auto each = items_[i];
            const auto offset = out.text_->size();
            out.text_->append(*text_, each.offset, each.length);
            if (each.document != 0) each.document += offset - each.offset;
            each.offset = offset;
            const auto target = out.names_.size();
            out.names_.append(names_, each.target, each.target_length + each.id_length);
            each.target = target;
            if (each.document == 0) ++out.deletes_;
            out.items_.push_back(each);
        }
        return out;
    }

  private:
    void write(std::string_view target, std::string_view id, std::optional<std::uint64_t> version,
               std::string_view document, const action_options& options) {
        action("{\"index\":{\"_index\":", target, id, version, options);
        auto& text = *text_;
        items_.back().document = text.size();
        const auto begin = text.size();
        make_room(document.size() + 1);
        text.append(document);
        blank_out(text, begin, '\n');
        blank_out(text, begin, '\r');
        text += '\n';
        items_.back().length = text.size() - items_.back().offset;
    }

    /// Grows by a quarter only: at megabytes, doubling would leave half of the capacity unused, in several
    /// bodies at a time.
    void make_room(std::size_t more) {
        const auto needed = text_->size() + more;
        if (needed > text_->capacity()) text_->reserve(needed + needed / 4);
    }

    /// Replaces a character by spaces. Uses memchr, since documents are long and raw newlines in them rare.
    static void blank_out(std::string& text, std::size_t begin, char what) {
        auto* const end = text.data() + text.size();
        auto* at = text.data() + begin;
        while ((at = static_cast<char*>(std::memchr(at, what, static_cast<std::size_t>(end - at)))) !=
               nullptr)
            *at++ = ' ';
    }

    void action(std::string_view opening, std::string_view target, std::string_view id,
                std::optional<std::uint64_t> version, const action_options& options) {
        auto& text = *text_;
        item each;
        each.offset = text.size();
        each.target = names_.size();
        each.target_length = target.size();
        each.id_length = id.size();
        each.version = version.value_or(0);
        names_.append(target).append(id);
        make_room(2 * (target.size() + id.size() + options.routing.size() + options.pipeline.size()) + 200);
        text += opening;
        append_json_string(text, target);
        text += ",\"_id\":";
        append_json_string(text, id);
        if (version) {
            std::array<char, 20> digits{};
            const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *version).ptr;
            text.append(",\"version\":").append(digits.data(), end);
            text += ",\"version_type\":\"external_gte\"";
        }
        if (!options.routing.empty()) {
            text += ",\"routing\":";
            append_json_string(text, options.routing);
        }
        if (!options.pipeline.empty()) {
            text += ",\"pipeline\":";
            append_json_string(text, options.pipeline);
        }
        text += "}}\n";
        items_.push_back(each);
    }

    std::shared_ptr<std::string> text_ = std::make_shared<std::string>();
    std::string names_;
    std::vector<item> items_;
    std::vector<std::string> guards_;
    std::vector<rejected_item> refused_;
    std::size_t refused_bytes_ = 0;
    std::size_t deletes_ = 0;
};

}  // namespace pgsync::elastic
