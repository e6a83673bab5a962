#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <pgsync/base/error.hpp>

/// Indices that an operator has closed or blocked. They are not broken, and only an operator can change their
/// state: a sync waits for that, while an interactive command fails and says what to do.
namespace pgsync::elastic {

/// An index, or the whole cluster, that refuses a request until an operator allows it.
class index_unavailable : public error {
  public:
    index_unavailable(const std::string& what, const std::string& remedy) : error(errc::busy, what, remedy) {}
};

/// Returns the request that opens a closed index.
[[nodiscard]] inline std::string opening(std::string_view index) {
    return "POST /" + std::string(index) + "/_open";
}
[[nodiscard]] inline std::string closed_text(std::string_view index) {
    return "index \"" + std::string(index) +
           "\" is closed: nothing can be written to it or read from it until it is opened";
}

namespace detail {

/// Returns the text between two markers; empty if they are not found.
[[nodiscard]] inline std::string_view between(std::string_view text, std::string_view before,
                                              std::string_view after) {
    const auto begin = text.find(before);
    if (begin == std::string_view::npos) return {};
    text.remove_prefix(begin + before.size());
    const auto end = text.find(after);
    return end == std::string_view::npos ? std::string_view() : text.substr(0, end);
}

}  // namespace detail

/// Returns whether an error of the cluster is about a closed index.
[[nodiscard]] inline bool says_closed(std::string_view answer) {
    return answer.find("index_closed_exception") != std::string_view::npos;
}
/// Returns whether an error is about a block, of an index or of the cluster.
[[nodiscard]] inline bool says_blocked(std::string_view answer) {
    return answer.find("cluster_block_exception") != std::string_view::npos;
}

/// Returns the request that removes a block, based on the cluster's message, such as `index [x] blocked by:
/// [FORBIDDEN/8/index write (api)];`. Empty if the message names no block that an operator sets: a cluster
/// without a master blocks everything, too. Elasticsearch 6 does not name the index; `asked` is used instead.
[[nodiscard]] inline std::string unblocking(std::string_view reason, std::string_view asked = {}) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> of_index{
        {{"/5/", "read_only"},
         {"/7/", "read"},
         {"/8/", "write"},
         {"/9/", "metadata"},
         {"/12/", "read_only_allow_delete"}}};
    constexpr std::array<std::pair<std::string_view, std::string_view>, 2> of_cluster{
        {{"/6/", "read_only"}, {"/13/", "read_only_allow_delete"}}};
    auto index = detail::between(reason, "index [", "]");
    if (index.empty() && reason.find("/cluster ") == std::string_view::npos) index = asked;
    const auto request = [](const std::string& path, const std::string& setting) {
        return "PUT " + path + "settings " + setting;
    };
    std::string out;
    if (!index.empty()) {
        for (const auto& [number, name] : of_index) {
            if (reason.find(number) == std::string_view::npos) continue;
            out =
                request("/" + std::string(index) + "/_", "{\"index.blocks." + std::string(name) + "\":null}");
            if (name == "read_only_allow_delete") out += "; a full disk sets it: make room first";
        }
        return out;
    }
    for (const auto& [number, name] : of_cluster) {
        if (reason.find(number) == std::string_view::npos) continue;
        const auto setting = "\"cluster.blocks." + std::string(name) + "\":null";
        out = request("/_cluster/", "{\"persistent\":{" + setting + "},\"transient\":{" + setting + "}}");
    }
    return out;
}

}  // namespace pgsync::elastic
