#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <pgsync/base/json_difference.hpp>
#include <pgsync/base/json_string.hpp>

namespace pgsync::elastic {

/// Where a document is stored: its id, and the routing that chooses its shard.
struct document_place {
    std::string id;
    std::string routing{};  ///< empty: the id chooses the shard

    friend auto operator<=>(const document_place&, const document_place&) = default;
};

/// What the index holds at one place.
struct held_document {
    bool found = false;
    std::int64_t version = 0;
    std::string routing{};  ///< the one it was written with; may be another one of the same shard
    std::string source{};   ///< JSON exactly as it was sent, with every digit; empty if not stored
    std::string failure{};  ///< error type, if the cluster could not say whether it exists
};

/// How much of each document's source to return along with its version: the query string of a `_mget`.
using wanted_source = std::string_view;
inline constexpr wanted_source whole_source = "";
inline constexpr wanted_source no_source = "?_source=false";

/// Builds the body of a `_mget`.
[[nodiscard]] inline std::string many_documents_body(const std::vector<document_place>& places) {
    std::string out = R"({"docs":[)";
    for (const auto& each : places) {
        out += out.back() == '[' ? "{\"_id\":" : ",{\"_id\":";
        append_json_string(out, each.id);
        if (!each.routing.empty()) {
            out += ",\"routing\":";
            append_json_string(out, each.routing);
        }
        out += '}';
    }
    return out + "]}";
}

/// Parses the answer to a `_mget`, in the order of the places asked for. Throws errc::protocol if the answer
/// is malformed.
[[nodiscard]] inline std::vector<held_document> parse_many_documents(std::string_view answer) {
    std::vector<held_document> out;
    for_json_members(answer, [&](std::string_view name, std::string_view all) {
        if (name != "\"docs\"") return;
        for_json_elements(all, [&](std::string_view each) {
            auto& document = out.emplace_back();
            for_json_members(each, [&](std::string_view key, std::string_view value) {
                if (key == "\"found\"") {
                    document.found = value == "true";
                } else if (key == "\"_version\"") {
                    std::from_chars(value.data(), value.data() + value.size(), document.version);
                } else if (key == "\"_routing\"" && value.starts_with('"')) {
                    document.routing = json_string_value(value);
                } else if (key == "\"_source\"") {
                    document.source = value;
                } else if (key == "\"error\"") {
                    document.failure = "error";
                    if (!value.starts_with('{')) return;
                    for_json_members(value, [&](std::string_view what, std::string_view said) {
                        if (what == "\"type\"" && said.starts_with('"'))
                            document.failure = json_string_value(said);
                    });
                }
            });
        });
    });
    return out;
}

}  // namespace pgsync::elastic
