#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <pgsync/base/printable.hpp>

namespace pgsync::elastic {

/// What to do about one item of a bulk.
enum class item_verdict : std::uint8_t {
    done,       ///< written, deleted, already deleted, or superseded by a greater version
    retry,      ///< the cluster is busy or cannot write now
    rejected,   ///< the cluster will never accept this document
    lost,       ///< its target index does not exist
    closed,     ///< its target index is closed until an operator opens it
    forbidden,  ///< this user may not write the index
    unpiped,    ///< an ingest pipeline that it must pass does not exist
};

struct item_result {
    item_verdict verdict = item_verdict::done;
    long status = 0;
    std::string type;     ///< the cluster's error type
    std::string reason;   ///< with its causes; at most about 1,000 bytes
    std::string index{};  ///< the index that the error is about; empty if it does not say
};

/// The answer to one bulk, item by item; `items` is empty if all of them are done.
struct bulk_answer {
    std::vector<item_result> items;
    std::vector<item_result> guards;  ///< guards (see bulk_body) that failed because of their target
    /// Items that are done because the index already had a greater version.
    std::vector<std::size_t> superseded{};
};

namespace detail {

inline std::string text_of(const boost::json::object& in, std::string_view key) {
    const auto* found = in.if_contains(key);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

/// Cuts credentials out of an error. Elasticsearch 7 quotes the request whose document it could not parse,
/// starting with its first header.
inline void scrub(std::string& text) {
    constexpr std::string_view source = "[Source:";
    if (const auto begin = text.find(source); begin != std::string::npos) {
        const auto end = text.rfind("; line:");
        const bool closed = end != std::string::npos && end > begin;
        text.replace(begin + source.size(), closed ? end - begin - source.size() : std::string::npos, " …");
    }
    constexpr std::string_view header = "authorization:";
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
    const auto found = std::search(text.begin(), text.end(), header.begin(), header.end(), same);
    if (found != text.end()) text.replace(found, text.end(), "…");
}

/// Replaces lone surrogates by U+FFFD. A reason may quote half of a surrogate pair, for which a strict JSON
/// parser refuses the whole answer.
inline std::string without_lone_surrogates(std::string_view json) {
    const auto unit = [&](std::size_t at) -> unsigned {
        if (at + 6 > json.size() || json[at] != '\\' || json[at + 1] != 'u') return 0;
        unsigned value = 0;
        for (std::size_t i = at + 2; i < at + 6; ++i) {
            const char c = json[i];
            const int digit = c >= '0' && c <= '9'   ? c - '0'
                              : c >= 'a' && c <= 'f' ? c - 'a' + 10
                              : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                     : -1;
            if (digit < 0) return 0;
            value = value * 16 + static_cast<unsigned>(digit);
        }
        return value;
    };
    const auto high = [](unsigned value) { return value >= 0xD800 && value <= 0xDBFF; };
    const auto low = [](unsigned value) { return value >= 0xDC00 && value <= 0xDFFF; };
    std::string out;
    out.reserve(json.size());
    for (std::size_t i = 0; i < json.size();) {
        if (json[i] != '\\') {
            out += json[i++];
            continue;
        }
        const auto first = unit(i);
        if (high(first) && low(unit(i + 6))) {
            out.append(json.substr(i, 12));
            i += 12;
        } else if (high(first) || low(first)) {
            out += "\\ufffd";
            i += 6;
        } else {
            out.append(json.substr(i, 2));
            i += 2;
        }
    }
    return out;
}

inline item_verdict judge(bool is_delete, long status, std::string_view type) {
    if ((status >= 200 && status < 300) || status == 409) return item_verdict::done;
    // A write alias's name is no valid index name, see app::names_of: the alias does not exist.
    if (type == "index_not_found_exception" || type == "invalid_index_name_exception")
        return item_verdict::lost;
    if (type == "index_closed_exception") return item_verdict::closed;
    if (status == 404 && is_delete) return item_verdict::done;
    if (status == 404) return item_verdict::lost;  // require_alias: there is no alias of that name
    // The document's own fault, although it comes as 500: its pipeline has a `fail` processor.
    if (type == "fail_processor_exception") return item_verdict::rejected;
    if (status == 429 || status >= 500 || type == "cluster_block_exception") return item_verdict::retry;
    if (status == 401 || type == "security_exception") return item_verdict::forbidden;
    return item_verdict::rejected;
}

/// Returns whether the pipeline, or one that it calls (which comes as 500), does not exist.
inline bool lacks_pipeline(std::string_view reason) {
    return (reason.starts_with("pipeline with id [") &&
            reason.find("] does not exist") != std::string_view::npos) ||
           reason.find("configured for non-existent pipeline [") != std::string_view::npos;
}

inline void read_error(const boost::json::value& error, item_result& into) {
    if (error.is_string()) {
        into.reason = std::string(error.get_string());
        scrub(into.reason);
    } else if (const auto* object = error.if_object()) {
        into.type = text_of(*object, "type");
        into.index = text_of(*object, "index");
        into.reason = text_of(*object, "reason");
        scrub(into.reason);
        const auto* cause = object->if_contains("caused_by");
        for (int depth = 0; depth < 5 && cause != nullptr && cause->is_object(); ++depth) {
            auto why = text_of(cause->get_object(), "reason");
            scrub(why);
            shorten(why, 300);
            if (!why.empty()) into.reason += ": " + why;
            cause = cause->get_object().if_contains("caused_by");
        }
    }
    shorten(into.reason, 1'000);
}

/// Reads one item of an answer into `into`; returns false if `value` is not one.
inline bool read_item(const boost::json::value& value, item_result& into) {
    const auto* outer = value.if_object();
    if (outer == nullptr || outer->size() != 1 || !outer->begin()->value().is_object()) return false;
    const auto& inner = outer->begin()->value().get_object();
    const auto* status = inner.if_contains("status");
    if (status == nullptr || !status->is_int64()) return false;
    into.status = static_cast<long>(status->get_int64());
    if (const auto* error = inner.if_contains("error")) read_error(*error, into);
    into.verdict = judge(outer->begin()->key() == "delete", into.status, into.type);
    // The alias was added to another index as well.
    if (into.verdict == item_verdict::rejected && into.reason.starts_with("no write index is defined"))
        into.verdict = item_verdict::lost;
    const bool failed = into.verdict == item_verdict::rejected || into.verdict == item_verdict::retry;
    if (failed && (into.type == "illegal_argument_exception" || into.type == "illegal_state_exception") &&
        lacks_pipeline(into.reason))
        into.verdict = item_verdict::unpiped;
    return true;
}

}  // namespace detail

/// Parses the answer to a bulk of `items` items and `guards` guards, sent with
/// filter_path=errors,items.*.status,items.*.error. Returns nothing if it is truncated, malformed or not
/// about these items: the bulk then counts as unanswered, and sending it again is harmless.
[[nodiscard]] inline std::optional<bulk_answer> parse_bulk_response(std::string_view body, std::size_t items,
                                                                    std::size_t guards = 0) {
    boost::json::parse_options lenient;
    lenient.allow_invalid_utf8 = true;  // in reasons, which are only shown to people
    lenient.max_depth = 200;            // causes are nested
    boost::json::monotonic_resource memory;
    boost::json::error_code failed;
    auto parsed = boost::json::parse(body, failed, &memory, lenient);
    if (failed) parsed = boost::json::parse(detail::without_lone_surrogates(body), failed, &memory, lenient);
    const auto* top = failed ? nullptr : parsed.if_object();
    if (top == nullptr) return std::nullopt;
    const auto* errors = top->if_contains("errors");
    const auto* list = top->if_contains("items");
    if (errors == nullptr || !errors->is_bool() || list == nullptr || !list->is_array()) return std::nullopt;
    const auto& all = list->get_array();
    if (all.size() != items + guards) return std::nullopt;
    bulk_answer answer;
    // The items decide, whatever the overall `errors` says.
    for (std::size_t i = 0; i < all.size(); ++i) {
        item_result each;
        if (!detail::read_item(all[i], each)) return std::nullopt;
        if (each.status == 409 && i < items) answer.superseded.push_back(i);
        if (each.verdict == item_verdict::done) continue;
        if (i < items) {
            answer.items.resize(items);
            answer.items[i] = std::move(each);
        } else if (each.type == "index_not_found_exception") {
            // It is normal that the guarded document does not exist, and any other problem with a guard also
            // affects the deletes, which report it themselves.
            answer.guards.push_back(std::move(each));
        }
    }
    return answer;
}

}  // namespace pgsync::elastic
