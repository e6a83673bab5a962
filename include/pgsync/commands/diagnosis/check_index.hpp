#pragma once

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/value.hpp>

#include <pgsync/base/finding.hpp>
#include <pgsync/base/json_at.hpp>
#include <pgsync/commands/diagnosis/check_cluster.hpp>
#include <pgsync/commands/diagnosis/look.hpp>
#include <pgsync/sink/elastic/dialect.hpp>
#include <pgsync/sink/elastic/index_unavailable.hpp>
#include <pgsync/store/cluster.hpp>
#include <pgsync/store/index_state.hpp>

/// What doctor checks in one index besides its conditions: whether it is complete, and as this program would
/// create it.
namespace pgsync::app::detail {

/// A field that differs from the shape, or is missing.
struct field_drift {
    std::vector<std::string> path;  ///< names from the outermost object to the field
    bool missing = false;
    std::string what;                 ///< `is of type keyword, not text`
    boost::json::value definition{};  ///< what it should be
    [[nodiscard]] std::string name() const {
        std::string out;
        for (const auto& part : path) out += (out.empty() ? "" : ".") + part;
        return out;
    }
};

[[nodiscard]] inline std::string field_type(const boost::json::value& field) {
    auto said = text_at(field, "type");
    if (said.empty() && value_at(field, "properties") != nullptr) said = "object";
    return said;
}

/// Compares `properties`. A parameter that the cluster does not report has its default value, except
/// ignore_malformed: without it the cluster may refuse values. Additional fields are not pgsync's and are
/// ignored.
inline void compare_fields(const boost::json::object& wanted, const boost::json::object& there,
                           std::vector<std::string>& path, std::vector<field_drift>& out) {
    for (const auto& member : wanted) {
        path.emplace_back(member.key());
        const auto* found = there.if_contains(member.key());
        const auto& field = member.value();
        if (found == nullptr) {
            out.push_back({path, true, "is missing", field});
            path.pop_back();
            continue;
        }
        const auto type = field_type(field);
        const auto is = field_type(*found);
        const bool vector = type == "dense_vector" || type == "knn_vector";
        if (type != is) {
            // A cluster without vector search has plain numbers instead; see also adapt_ranges().
            if (!(vector && is == "float") && !(type == "date_range" && is == "object"))
                out.push_back(
                    {path, false, "is of type " + (is.empty() ? "?" : is) + ", not " + type, field});
        } else {
            // Created on an earlier version of the cluster; see adapt_ranges().
            if (type == "date_range" && !field.get_object().contains("format") &&
                value_at(*found, "format") != nullptr) {
                out.push_back({path, false,
                               "has a format, over which this version of the cluster loses shards", field});
            }
            for (const auto& parameter : field.get_object()) {
                const auto key = std::string_view(parameter.key());
                if (key == "properties" || key == "fields" || key == "type") continue;
                const auto should = text_of_json(&parameter.value());
                const auto does = text_at(*found, key);
                if (should == does || should.empty() || (does.empty() && key != "ignore_malformed")) continue;
                out.push_back(
                    {path, false,
                     std::string(key) + " is " + (does.empty() ? "not set" : does) + ", not " + should,
                     field});
                break;
            }
            const auto* below = value_at(field, "properties");
            const auto* there_below = value_at(*found, "properties");
            if (below != nullptr && below->is_object()) {
                const boost::json::object none;
                compare_fields(
                    below->get_object(),
                    there_below != nullptr && there_below->is_object() ? there_below->get_object() : none,
                    path, out);
            }
            const auto* sub = value_at(field, "fields");
            if (sub != nullptr && sub->is_object()) {
                for (const auto& each : sub->get_object()) {
                    if (value_at(*found, "fields", std::string_view(each.key())) == nullptr)
                        out.push_back(
                            {path, true, "lacks its field \"" + std::string(each.key()) + "\"", field});
                }
            }
        }
        path.pop_back();
    }
}

/// Returns `{"properties":{"guest":{"properties":{"name":…}}}}`.
[[nodiscard]] inline boost::json::object mapping_of_field(const field_drift& field) {
    boost::json::value at = field.definition;
    for (auto part = field.path.rbegin(); part != field.path.rend(); ++part) {
        boost::json::object outer{{"properties", {{*part, std::move(at)}}}};
        at = std::move(outer);
    }
    return at.get_object();
}

inline void check_mapping(cluster& search, const compiled_index& index, const index_state& state,
                          findings& found) {
    const auto& name = state.index;
    const auto path = cluster::client_type::escaped(name);
    const auto answer = search.client().ask("/" + path + "/_mapping");
    const auto* about = answer ? value_at(*answer, name) : nullptr;
    const auto* there = about == nullptr ? nullptr : elastic::dialect::mapping_in(*about);
    if (there == nullptr || !there->is_object()) return;
    auto body = creation_body(index, state);
    elastic::adapt_mapping(body, search.speaks());
    const auto& wanted = body["mappings"].get_object();
    const auto put = "PUT " + search.speaks().mapping_path(path);
    const std::vector<step> again{by_command("teardown"), by_command("bootstrap")};
    if (const auto should = text_at(wanted, "dynamic"), is = text_at(*there, "dynamic"); should != is) {
        found.push_back(
            {severity::warning,
             "mapping_dynamic",
             "mapping of index \"" + name + "\": dynamic is " + (is.empty() ? "not set" : is) + ", not " +
                 should,
             "the cluster guesses types for what it does not know, and may refuse documents for it",
             {by_request(put, {{"dynamic", wanted.at("dynamic")}})}});
    }
    const auto* fields = value_at(*there, "properties");
    const boost::json::object none;
    std::vector<field_drift> drifts;
    std::vector<std::string> at;
    compare_fields(wanted.at("properties").get_object(),
                   fields != nullptr && fields->is_object() ? fields->get_object() : none, at, drifts);
    for (const auto& each : drifts) {
        std::vector<step> remedy = again;
        // A field can be added; existing values are indexed when their documents are next written.
        if (each.missing)
            remedy = {
                by_request(put, mapping_of_field(each)),
                by_hand(
                    "documents written before are found by it once they are written again: each change does, "
                    "and POST /" +
                    path + "/_update_by_query?conflicts=proceed does it for all")};
        found.push_back({severity::warning, each.missing ? "mapping_missing" : "mapping_type",
                         "mapping of index \"" + name + "\": field \"" + each.name() + "\" " + each.what,
                         each.missing
                             ? "searches do not find it, though it is in the documents"
                             : "searches behave otherwise than the shape says, and documents may be refused",
                         std::move(remedy)});
    }
}

/// Parses `1h`, `30m` or `500ms` and returns milliseconds; nullopt if it cannot be parsed.
[[nodiscard]] inline std::optional<double> milliseconds_of(const std::string& text) {
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    const std::string_view unit(end);
    if (end == text.c_str()) return std::nullopt;
    if (unit == "ms" || unit.empty()) return number;
    if (unit == "s") return number * 1e3;
    if (unit == "m") return number * 6e4;
    if (unit == "h") return number * 3.6e6;
    if (unit == "d") return number * 8.64e7;
    return std::nullopt;
}

inline void check_index_settings(cluster& search, const compiled_index& index, const index_state& state,
                                 std::uint64_t nodes, findings& found) {
    const auto& name = state.index;
    const auto path = cluster::client_type::escaped(name);
    const auto answer = search.client().ask("/" + path + "/_settings?flat_settings=true");
    const auto* settings = answer ? value_at(*answer, name, "settings") : nullptr;
    if (settings == nullptr || !settings->is_object()) return;
    const auto is = [&](std::string_view key) { return text_at(*settings, "index." + std::string(key)); };
    const auto put = "PUT /" + path + "/_settings";
    const auto body = creation_body(index, state);
    const auto declared = declared_settings(index);
    const auto gc = text_at(value_at(body.at("settings"), "index")->get_object(), "gc_deletes");
    const auto gc_now = is("gc_deletes").empty() ? std::string("60s") : is("gc_deletes");
    if (const auto now = milliseconds_of(gc_now), wanted = milliseconds_of(gc);
        now && wanted && *now < *wanted) {
        found.push_back({severity::warning,
                         "gc_deletes",
                         "gc_deletes of index \"" + name + "\" is " + gc_now + ", not " + gc,
                         "a write that comes later than that brings a deleted document back",
                         {by_request(put, {{"index", {{"gc_deletes", gc}}}})}});
    }
    if (!state.loaded) return;
    auto serving = search.speaks().settings_body(serving_settings(index));
    const auto left = [&](std::string_view setting, const std::string& why) {
        found.push_back({severity::warning,
                         "left_from_load",
                         "index \"" + name + "\" still has " + std::string(setting) + " " + is(setting) +
                             " from its load",
                         why,
                         {by_request(put, serving)}});
    };
    if (is("refresh_interval") == "-1" && text_at(declared, "refresh_interval") != "-1")
        left("refresh_interval", "searches do not see what is written");
    const auto expanding = is("auto_expand_replicas");
    if (is("number_of_replicas") == "0" && nodes > 1 && text_at(declared, "number_of_replicas") != "0" &&
        (expanding.empty() || expanding == "false"))
        left("number_of_replicas", "if a node fails, documents are gone until a reload");
}

/// Runs all checks of one index. `nodes`: number of data nodes.
inline void check_index(cluster& search, const compiled_index& index, const index_status& status,
                        std::uint64_t nodes, findings& found) {
    const auto& alias = status.names.alias;
    if (!index.pipeline.empty() && !search.client().has_pipeline(index.pipeline).value_or(true)) {
        found.push_back({severity::error,
                         "pipeline",
                         "the ingest pipeline \"" + std::string(index.pipeline) + "\" of index \"" + alias +
                             "\" is not in the cluster",
                         "no document can be written",
                         {by_hand("PUT /_ingest/pipeline/" + std::string(index.pipeline) +
                                  ", or take `pipeline` out of the index")}});
    }
    if (status.dead_letters.value_or(0) > 0 && status.unsettled() + status.not_looked_at() == 0) {
        found.push_back({severity::advice,
                         "dead_letters",
                         "all " + counted(*status.dead_letters, "dead letter") + " of index \"" + alias +
                             "\" are settled: a later change got through, or the row is gone",
                         "they tell of nothing that is wrong now",
                         {by_command("dead-letters retry")}});
    }
    if (status.odd) return;
    const auto& state = status.state;
    if (!state.exists || state.closed) return;
    check_shards(search, alias, state.index, nodes, found);
    check_mapping(search, index, state, found);
    check_index_settings(search, index, state, nodes, found);
}

}  // namespace pgsync::app::detail
