// libFuzzer over JSON in and out: bulk bodies are what was put into them, line by line; answers are read or
// refused; a document that is parsed and written again stays the same.
#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "check.hpp"
#include <pgsync/base/error.hpp>
#include <pgsync/base/json_string.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/shape/check_text.hpp>
#include <pgsync/sink/elastic/bulk_body.hpp>
#include <pgsync/sink/elastic/bulk_response.hpp>
#include <pgsync/transform/parse_exact.hpp>

namespace {

bool is_utf8(std::string_view text) {
    unsigned number = 0;
    while (!text.empty()) {
        const auto size = pgsync::utf8_size(text, number);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

void json_string(std::string_view text) {
    std::string out;
    pgsync::append_json_string(out, text);
    require(out.find('\n') == std::string::npos, "a JSON string is one line", text);
    boost::json::parse_options lenient;
    lenient.allow_invalid_utf8 = true;
    const auto read = boost::json::parse(out, {}, lenient);
    require(std::string_view(read.as_string()) == text, "a JSON string reads as what was written", text);
}

void body(input& from) {
    struct written {
        std::string target, id, document, routing;
        bool remove = false;
    };
    std::vector<written> all;
    pgsync::elastic::bulk_body out;
    while (!from.empty() && all.size() < 8) {
        written each{std::string(from.text()), std::string(from.text()), std::string(from.text()),
                     std::string(from.text()), from.byte() % 4 == 0};
        if (!is_utf8(each.target) || !is_utf8(each.id) || !is_utf8(each.routing)) return;
        if (each.remove)
            out.remove(each.target, each.id, all.size() + 1, {each.routing, {}});
        else
            out.index(each.target, each.id, all.size() + 1, each.document, {each.routing, {}});
        all.push_back(std::move(each));
    }
    out.add_guards();
    std::string_view text = *out.text();
    const auto line = [&] {
        const auto end = text.find('\n');
        require(end != std::string_view::npos, "every line has an end");
        const auto found = text.substr(0, end);
        text.remove_prefix(end + 1);
        return found;
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto& each = all[i];
        const auto action = boost::json::parse(line());
        const auto& inner = action.as_object().at(each.remove ? "delete" : "index").as_object();
        require(std::string_view(inner.at("_id").as_string()) == each.id && out.id_of(i) == each.id,
                "an id is what it was", each.id);
        require(std::string_view(inner.at("_index").as_string()) == each.target, "a target is what it was",
                each.target);
        require(inner.at("version").to_number<std::uint64_t>() == i + 1, "a version is what it was");
        const auto* routing = inner.if_contains("routing");
        require(each.routing.empty()
                    ? routing == nullptr
                    : routing != nullptr && std::string_view(routing->as_string()) == each.routing,
                "a routing is what it was", each.routing);
        if (each.remove) continue;
        auto wanted = each.document;
        std::replace(wanted.begin(), wanted.end(), '\n', ' ');
        std::replace(wanted.begin(), wanted.end(), '\r', ' ');
        require(line() == wanted && (wanted.empty() || out.document_of(i) == wanted),
                "a document is one line", each.document);
    }
    for (std::size_t i = 0; i < out.guards().size(); ++i) {
        (void)line();
        (void)line();
    }
    require(text.empty(), "nothing follows");
}

void answer(input& from) {
    const std::size_t items = from.byte() % 5;
    const std::size_t guards = from.byte() % 2;
    const auto check = [&](std::string_view text) {
        const auto read = pgsync::elastic::parse_bulk_response(text, items, guards);
        if (!read) return false;
        require(read->items.empty() || read->items.size() == items, "an item each, or none", text);
        for (const auto& each : read->items) require(each.reason.size() <= 1'010, "reasons are short", text);
        return true;
    };
    const auto rest = std::string(from.rest());
    (void)check(rest);
    // An answer that is sound, with texts of the input's.
    std::string reason;
    pgsync::append_json_string(reason, rest);
    std::string all;
    for (std::size_t i = 0; i < items + guards; ++i)
        all += std::string(all.empty() ? "" : ",") +
               R"({"index":{"status":400,"error":{"type":"t","reason":)" + reason + "}}}";
    require(check(R"({"errors":true,"items":[)" + all + "]}"), "a sound answer is read", rest);
}

/// Is there a number that no double holds? The cluster refuses such a document, as it does without a
/// transform.
bool is_finite(const boost::json::value& value) {
    if (const auto* number = value.if_double()) return std::isfinite(*number);
    if (const auto* array = value.if_array()) return std::all_of(array->begin(), array->end(), is_finite);
    const auto* object = value.if_object();
    return object == nullptr || std::all_of(object->begin(), object->end(),
                                            [](const auto& member) { return is_finite(member.value()); });
}

void exact(std::string_view text) {
    try {
        const auto value = pgsync::detail::parse_exact(text);
        if (!is_finite(value)) return;
        const auto once = boost::json::serialize(value);
        const auto again = boost::json::serialize(pgsync::detail::parse_exact(once));
        require(once == again, "a document that is read and written stays the same", text);
    } catch (const pgsync::error& problem) {
        require(problem.code() == pgsync::errc::protocol, "no JSON is a protocol error", text);
        boost::json::error_code failed;
        boost::json::parse_options deep;
        deep.max_depth = 1'000;
        (void)boost::json::parse(text, failed, {}, deep);
        require(failed.failed(), "what another parser takes is taken", text);
    }
}

void declared(std::string_view text) {
    boost::json::error_code failed;
    const auto value = boost::json::parse(text, failed);
    const bool mine = pgsync::detail::check::is_json_object(text);
    // The reader at compile time may be laxer in what stands inside strings, never stricter.
    if (!failed && value.is_object()) require(mine, "a JSON object is taken for one", text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    input from(data, size);
    switch (from.byte() % 5) {
        case 0:
            json_string(from.rest());
            break;
        case 1:
            body(from);
            break;
        case 2:
            answer(from);
            break;
        case 3:
            exact(from.rest());
            break;
        default:
            declared(from.rest());
    }
    return 0;
}
