#pragma once

#include <span>
#include <sstream>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <pgsync/base/options.hpp>
#include <pgsync/base/report.hpp>
#include <pgsync/commands/explain/diagram.hpp>
#include <pgsync/commands/explain/explain.hpp>
#include <pgsync/commands/explain/explain_parts.hpp>
#include <pgsync/commands/explain/plans.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/store/index_state.hpp>

namespace pgsync::app {

namespace detail {

inline boost::json::value parsed(std::string_view json) {
    if (json.empty()) return nullptr;
    boost::json::error_code failed;
    boost::json::parse_options deep;
    deep.max_depth = 1'000;
    auto out = boost::json::parse(boost::json::string_view(json.data(), json.size()), failed, {}, deep);
    return failed ? boost::json::value(json) : out;
}

inline boost::json::object routes_json(const compiled_index& index, const route_data& route) {
    const auto& node = index.shape.nodes[route.node];
    boost::json::object out{{"node", node_path(index, route.node)}, {"table", table_name(node)}};
    out["columns"] = boost::json::array(route.columns.begin(), route.columns.end());
    constexpr std::array<std::string_view, 3> ways{"direct", "query", "every document"};
    const auto how = way_of(route);
    out["documents_by"] = ways[static_cast<std::size_t>(how)];
    if (how == way::asked) out["owners_query"] = route.owners_query;
    return out;
}

inline boost::json::object explained_json(const compiled_index& index, const explain_parts& parts) {
    boost::json::object out{{"name", index.name}, {"hash", shape_hash(index)}};
    if (parts.sql) {
        out["page_query"] = index.page_query;
        out["keys_query"] = index.keys_query;
        out["first_bounds_query"] = index.first_bounds_query;
        out["next_bounds_query"] = index.next_bounds_query;
    }
    if (parts.mapping) {
        out["properties"] = parsed(index.properties);
        for (const auto& [name, said] :
             {std::pair("mapping", index.mapping), std::pair("settings", index.settings)})
            if (!said.empty()) out[name] = parsed(said);
        for (const auto& [name, said] :
             {std::pair("pipeline", index.pipeline), std::pair("routing", index.routing),
              std::pair("where", index.where)})
            if (!said.empty()) out[name] = said;
        out["transformed"] = index.transform != nullptr;
    }
    if (parts.routes) {
        auto& routes = out["routes"].emplace_array();
        for (const auto& route : index.routes) routes.push_back(routes_json(index, route));
    }
    return out;
}

}  // namespace detail

/// Reports what was made of the indices at compile time and, with `plans`, how the database runs their
/// queries; only `plans` needs a server.
[[nodiscard]] inline report explained(const options& setting, std::span<const compiled_index> indices,
                                      const explain_parts& parts, int stop_fd) {
    boost::json::object out;
    auto& list = out["indices"].emplace_array();
    for (const auto& index : indices) list.push_back(detail::explained_json(index, parts));
    std::ostringstream text;
    explain(text, indices, parts);
    if (parts.plans) {
        auto& told = out["plans"].emplace_array();
        for (const auto& each :
             plans_of(indices, setting.database, setting.page_size, parts.analyse, stop_fd)) {
            text << "-- " << each.index << ": plan of " << each.query << ", with " << each.with << "\n"
                 << each.plan << "\n";
            told.push_back(
                {{"index", each.index}, {"query", each.query}, {"with", each.with}, {"plan", each.plan}});
        }
    }
    if (parts.picture != drawing::none) {
        const auto drawn = parts.picture == drawing::dot ? dot_of(indices) : mermaid_of(indices);
        text << drawn;
        out["diagram"] = drawn;
    }
    return {true, text.str(), boost::json::serialize(out)};
}

}  // namespace pgsync::app
