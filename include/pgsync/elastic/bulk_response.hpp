#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace pgsync::elastic {

/// What to do about one item of a bulk.
enum class item_verdict : std::uint8_t {
    done,      ///< written, deleted, already gone, or superseded by a greater version
    retry,     ///< the cluster is busy or cannot write now
    rejected,  ///< it will never take this document
    lost,      ///< the index it should go to is not there
};

struct item_result {
    item_verdict verdict = item_verdict::done;
    long status = 0;
    std::string type;    ///< the cluster's error type
    std::string reason;  ///< with its causes
};

/// One bulk's answer, item by item; `items` is empty when all of them are done.
struct bulk_answer {
    std::vector<item_result> items;
};

namespace detail {

inline std::string text_of(const boost::json::object& in, std::string_view key) {
    const auto* found = in.if_contains(key);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

inline item_verdict judge(bool is_delete, long status, std::string_view type) {
    if ((status >= 200 && status < 300) || status == 409) return item_verdict::done;
    if (type == "index_not_found_exception" || type == "index_closed_exception") return item_verdict::lost;
    if (status == 404 && is_delete) return item_verdict::done;
    if (status == 404) return item_verdict::lost;  // require_alias: nothing of that name is an alias
    if (status == 429 || status >= 500 || type == "cluster_block_exception") return item_verdict::retry;
    return item_verdict::rejected;
}

inline void read_error(const boost::json::value& error, item_result& into) {
    if (error.is_string()) {
        into.reason = std::string(error.get_string());
        return;
    }
    const auto* object = error.if_object();
    if (object == nullptr) return;
    into.type = text_of(*object, "type");
    into.reason = text_of(*object, "reason");
    const auto* cause = object->if_contains("caused_by");
    for (int depth = 0; depth < 5 && cause != nullptr && cause->is_object(); ++depth) {
        const auto why = text_of(cause->get_object(), "reason");
        if (!why.empty()) into.reason += ": " + why;
        cause = cause->get_object().if_contains("caused_by");
    }
}

}  // namespace detail

/// Reads the answer to a bulk of `items` items, asked with filter_path=errors,items.*.status,items.*.error.
/// Nothing when it is cut, malformed or not about these items: then the bulk counts as unanswered, and a repeat
/// does no harm.
[[nodiscard]] inline std::optional<bulk_answer> parse_bulk_response(std::string_view body, std::size_t items) {
    boost::json::error_code failed;
    const auto parsed = boost::json::parse(body, failed);
    const auto* top = failed ? nullptr : parsed.if_object();
    if (top == nullptr) return std::nullopt;
    const auto* errors = top->if_contains("errors");
    const auto* list = top->if_contains("items");
    if (errors == nullptr || !errors->is_bool() || list == nullptr || !list->is_array()) return std::nullopt;
    if (list->get_array().size() != items) return std::nullopt;
    bulk_answer answer;
    if (!errors->get_bool()) return answer;
    answer.items.resize(items);
    for (std::size_t i = 0; i < items; ++i) {
        const auto* outer = list->get_array()[i].if_object();
        if (outer == nullptr || outer->size() != 1 || !outer->begin()->value().is_object()) return std::nullopt;
        const auto& inner = outer->begin()->value().get_object();
        const auto* status = inner.if_contains("status");
        if (status == nullptr || !status->is_int64()) return std::nullopt;
        auto& each = answer.items[i];
        each.status = static_cast<long>(status->get_int64());
        if (const auto* error = inner.if_contains("error")) detail::read_error(*error, each);
        each.verdict = detail::judge(outer->begin()->key() == "delete", each.status, each.type);
    }
    return answer;
}

}  // namespace pgsync::elastic
