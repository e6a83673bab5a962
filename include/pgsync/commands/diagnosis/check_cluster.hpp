#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <pgsync/base/finding.hpp>
#include <pgsync/base/format_units.hpp>
#include <pgsync/base/json_at.hpp>
#include <pgsync/base/options.hpp>
#include <pgsync/store/cluster.hpp>

/// What doctor checks in the cluster as a whole: shards, disks, the size of requests.
namespace pgsync::app::detail {

/// Returns whether a disk is beyond a watermark of the disk allocator (`85%`, `0.85`, `10gb`), which may have
/// a max_headroom; nullopt if the watermark cannot be parsed. `total` and `free` in bytes.
[[nodiscard]] inline std::optional<bool> beyond_watermark(std::string_view mark, std::string_view headroom,
                                                          std::uint64_t total, std::uint64_t free) {
    const auto bytes = [](std::string_view text) -> std::optional<double> {
        constexpr std::array<std::pair<std::string_view, double>, 6> units{{{"pb", 1125899906842624.0},
                                                                            {"tb", 1099511627776.0},
                                                                            {"gb", 1073741824.0},
                                                                            {"mb", 1048576.0},
                                                                            {"kb", 1024.0},
                                                                            {"b", 1.0}}};
        for (const auto& [unit, size] : units) {
            if (text.ends_with(unit) && text.size() > unit.size())
                return std::strtod(std::string(text).c_str(), nullptr) * size;
        }
        return std::nullopt;
    };
    if (mark.empty() || total == 0) return std::nullopt;
    if (const auto at_least = bytes(mark)) return static_cast<double>(free) < *at_least;
    const std::string text(mark);
    char* end = nullptr;
    double used = std::strtod(text.c_str(), &end);
    if (end == text.c_str()) return std::nullopt;
    if (mark.ends_with('%')) used /= 100;
    const double share = 1 - static_cast<double>(free) / static_cast<double>(total);
    const auto room = bytes(headroom);
    return share > used && (!room || *room < 0 || static_cast<double>(free) < *room);
}

/// Returns a cluster setting from the place with the highest precedence that has it.
[[nodiscard]] inline std::string cluster_setting(const boost::json::value& all, std::string_view group,
                                                 std::string_view name) {
    for (const auto* place : {"transient", "persistent", "defaults"}) {
        const auto* found = value_at(all, place, "cluster", "routing", "allocation", "disk", group);
        if (auto text = found == nullptr ? std::string() : text_at(*found, name); !text.empty()) return text;
    }
    return {};
}

inline void check_disks(cluster& search, findings& found) {
    const auto disks =
        search.client().ask("/_cat/allocation?format=json&bytes=b&h=node,disk.total,disk.avail");
    const auto all = search.client().ask(
        "/_cluster/settings?include_defaults=true&filter_path=*.cluster.routing.allocation.disk");
    if (!disks || !disks->is_array() || !all) return;
    for (const auto* place : {"transient", "persistent", "defaults"}) {
        const auto said =
            text_at(*all, place, "cluster", "routing", "allocation", "disk", "threshold_enabled");
        if (said == "false") return;
        if (!said.empty()) break;
    }
    struct mark {
        std::string_view name;
        severity how_bad;
        std::string_view why;
    };
    constexpr std::array<mark, 3> marks{
        {{"flood_stage", severity::error, "the cluster takes no more documents there: sync waits"},
         {"high", severity::warning,
          "the cluster moves shards away from there, and soon takes no more documents"},
         {"low", severity::advice,
          "the cluster puts no more shards there, so that a rebuild or a replica finds no room"}}};
    for (const auto& disk : disks->get_array()) {
        const auto node = text_at(disk, "node");
        const auto total = std::strtoull(text_at(disk, "disk.total").c_str(), nullptr, 10);
        const auto free = std::strtoull(text_at(disk, "disk.avail").c_str(), nullptr, 10);
        for (const auto& each : marks) {
            const auto value = cluster_setting(*all, "watermark", each.name);
            const auto room = cluster_setting(*all, "watermark", std::string(each.name) + ".max_headroom");
            if (!beyond_watermark(value, room, total, free).value_or(false)) continue;
            found.push_back(
                {each.how_bad,
                 "disk",
                 "the disk of node " + node + " is beyond the " + std::string(each.name) + " watermark (" +
                     value + "): " + bytes_text(free) + " of " + bytes_text(total) + " free",
                 std::string(each.why),
                 {by_hand("make room: delete indices nobody needs, or give the node a larger disk or "
                          "the cluster another node")}});
            break;
        }
    }
}

/// Checks `bulk_bytes`: bulks grow up to that size, and a node refuses requests beyond its limit.
inline void check_request_size(cluster& search, const options& setting, findings& found) {
    const auto nodes =
        search.client().ask("/_nodes/http?filter_path=nodes.*.http.max_content_length_in_bytes,nodes.*.name");
    const auto* list = nodes ? value_at(*nodes, "nodes") : nullptr;
    if (list == nullptr || !list->is_object()) return;
    std::optional<std::uint64_t> least;
    for (const auto& node : list->get_object()) {
        if (const auto limit = number_at(node.value(), "http", "max_content_length_in_bytes"))
            least = std::min(least.value_or(*limit), *limit);
    }
    if (!least || *least >= setting.bulk_bytes) return;
    found.push_back(
        {severity::warning,
         "bulk_bytes",
         "--bulk-bytes is " + bytes_text(setting.bulk_bytes) + ", but a node takes requests of " +
             bytes_text(*least) + " at most",
         "each larger bulk is refused and sent again in halves",
         {by_hand("--bulk-bytes " + std::to_string(*least / 2) + ", or raise http.max_content_length")}});
}

/// Returns the cluster's explanation why a shard is unassigned.
[[nodiscard]] inline std::string why_unassigned(cluster& search, const std::string& index,
                                                std::uint64_t shard, bool primary) {
    const boost::json::object which{{"index", index}, {"shard", shard}, {"primary", primary}};
    const auto answer = search.client().call("GET", "/_cluster/allocation/explain",
                                             boost::json::serialize(which), {400, 401, 403, 404, 405});
    boost::json::error_code failed;
    const auto told = boost::json::parse(answer.body, failed);
    if (failed || answer.status != 200) return {};
    std::string out = text_at(told, "unassigned_info", "reason");
    const auto* decisions = value_at(told, "node_allocation_decisions");
    if (decisions != nullptr && decisions->is_array() && !decisions->get_array().empty()) {
        const auto* deciders = value_at(decisions->get_array()[0], "deciders");
        if (deciders != nullptr && deciders->is_array() && !deciders->get_array().empty()) {
            const auto said = text_at(deciders->get_array()[0], "explanation");
            if (!said.empty()) return out + (out.empty() ? "" : ": ") + said;
        }
    }
    const auto said = text_at(told, "allocate_explanation");
    return out + (out.empty() || said.empty() ? "" : ": ") + said;
}

/// Checks one index for unassigned shards. `nodes`: number of data nodes.
inline void check_shards(cluster& search, const std::string& alias, const std::string& index,
                         std::uint64_t nodes, findings& found) {
    const auto path = cluster::client_type::escaped(index);
    const auto health = search.client().ask("/_cluster/health/" + path + "?level=shards&timeout=1s");
    if (!health) return;
    const auto status = text_at(*health, "indices", index, "status");
    if (status != "red" && status != "yellow") return;
    std::string which;
    std::string why;
    const auto* shards = value_at(*health, "indices", index, "shards");
    if (shards != nullptr && shards->is_object()) {
        for (const auto& shard : shards->get_object()) {
            if (text_at(shard.value(), "status") == "green") continue;
            which += (which.empty() ? "" : ", ") + std::string(shard.key());
            const bool primary = text_at(shard.value(), "primary_active") != "true";
            if (why.empty())
                why = why_unassigned(search, index,
                                     std::strtoull(std::string(shard.key()).c_str(), nullptr, 10), primary);
        }
    }
    const auto what = "index \"" + alias + "\" is " + status + ": shard " + which +
                      (status == "red" ? " has no primary" : " lacks a replica") +
                      (why.empty() ? "" : " (" + why + ")");
    if (status == "red") {
        found.push_back(
            {severity::error,
             "red",
             what,
             "documents of it are not found, and none is written to it",
             {by_hand("bring back the node that holds it; GET /_cluster/allocation/explain says more")}});
    } else if (nodes == 1) {
        found.push_back(
            {severity::advice,
             "yellow",
             what,
             "the cluster has one node for data, and no place for a second copy",
             {by_request("PUT /" + path + "/_settings", {{"index", {{"number_of_replicas", 0}}}})}});
    } else {
        found.push_back({severity::warning,
                         "yellow",
                         what,
                         "if a node fails now, documents are gone until a reload",
                         {by_hand("GET /_cluster/allocation/explain says why it is not assigned")}});
    }
}

/// Checks what does not depend on a single index.
inline void check_whole_cluster(cluster& search, const options& setting, findings& found) {
    check_disks(search, found);
    check_request_size(search, setting, found);
}

}  // namespace pgsync::app::detail
