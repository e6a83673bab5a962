#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <pgsync/base/error.hpp>
#include <pgsync/base/json_at.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/commands/context.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/sink/elastic/client.hpp>
#include <pgsync/sink/elastic/dialect.hpp>
#include <pgsync/store/index_state.hpp>
#include <pgsync/store/source_rules.hpp>

/// Adapts the live index in place when only mapping or settings changed and its documents did not, so that no
/// new index has to be built where the cluster can change the existing one.
namespace pgsync::app {

/// What to change in an index to give it this shape, and how to undo that.
struct in_place_change {
    boost::json::object settings{};  ///< by their full names; empty: unchanged
    boost::json::object mapping{};
    boost::json::object former_settings{};  ///< current values of the same settings
    boost::json::object former_mapping{};
};

namespace detail {

/// Collects settings by their full names, without the prefix `index.`.
inline void flatten(const boost::json::object& from, const std::string& prefix,
                    std::map<std::string, boost::json::value>& into) {
    for (const auto& member : from) {
        const auto name = prefix + std::string(member.key());
        if (member.value().is_object()) {
            flatten(member.value().get_object(), name + ".", into);
        } else {
            into[name] = member.value();
        }
    }
}
[[nodiscard]] inline std::map<std::string, boost::json::value> flat_settings(std::string_view declared) {
    std::map<std::string, boost::json::value> out;
    flatten(settings_in(declared), {}, out);
    return out;
}

/// Returns true if the index itself has a default or final pipeline: documents that are re-indexed from the
/// index would pass through it a second time.
[[nodiscard]] inline bool names_pipeline(const boost::json::object& settings) {
    for (const std::string_view name : {"index.default_pipeline", "index.final_pipeline"}) {
        const auto said = text_at(settings, name);
        if (!said.empty() && said != "_none") return true;
    }
    return false;
}

/// Returns the settings to apply to get from `was` to `wanted`, both as declared. A setting that is no longer
/// declared becomes null, or the value that it has at creation unless that value is only for the load.
[[nodiscard]] inline boost::json::object changed_settings(std::string_view was, std::string_view wanted,
                                                          const boost::json::object& at_creation) {
    const auto before = flat_settings(was);
    const auto now = flat_settings(wanted);
    std::map<std::string, boost::json::value> made;
    flatten(at_creation, {}, made);
    boost::json::object out;
    for (const auto& [name, value] : now) {
        const auto found = before.find(name);
        if (found == before.end() || found->second != value) out["index." + name] = value;
    }
    for (const auto& [name, value] : before) {
        if (now.contains(name)) continue;
        const bool loading = name == "refresh_interval" || name == "number_of_replicas";
        const auto first = made.find(name);
        out["index." + name] = first == made.end() || loading ? boost::json::value(nullptr) : first->second;
    }
    return out;
}

}  // namespace detail

/// Returns the alias actions that give the live index the names of this shape.
[[nodiscard]] inline boost::json::array aliases_in_place(const index_names& names, const index_state& state) {
    return {elastic::alias_action("add", state.serving, names.index),
            elastic::alias_action("add", state.serving, names.write_alias)};
}

/// Returns what to ask of the cluster if nothing but mapping or settings differ between this shape and the
/// index that readers use; only trying shows whether the cluster agrees. Returns nullopt if a new index has
/// to be built or already exists. A new one is also needed if the live index does not hold everything that
/// its documents were made of, since in place they are re-indexed from what it holds.
[[nodiscard]] inline std::optional<in_place_change> change_in_place(context& in, const compiled_index& index,
                                                                    const index_state& state) {
    if (state.exists || state.serving.empty()) return std::nullopt;
    auto& client = in.search().client();
    const auto facts = client.find(state.serving);
    const auto* meta = facts ? own_meta(*facts) : nullptr;
    if (meta == nullptr || text_at(*meta, "query") != index.keys_query ||
        text_at(*meta, "pipeline") != index.pipeline)
        return std::nullopt;
    const auto there = client.ask("/" + cluster::client_type::escaped(facts->index) + "?flat_settings=true");
    const auto* about = there ? value_at(*there, facts->index) : nullptr;
    const auto* mapping = about == nullptr ? nullptr : elastic::dialect::mapping_in(*about);
    const auto* settings = about == nullptr ? nullptr : value_at(*about, "settings");
    if (mapping == nullptr || !mapping->is_object() || settings == nullptr || !settings->is_object())
        return std::nullopt;
    in_place_change out;
    auto body = creation_body(index, state);
    out.settings = detail::changed_settings(text_at(*meta, "settings"), index.settings,
                                            body.at("settings").at("index").as_object());
    for (const auto& each : out.settings) {
        const auto* now = settings->get_object().if_contains(each.key());
        out.former_settings[each.key()] = now == nullptr ? boost::json::value(nullptr) : *now;
    }
    elastic::adapt_mapping(body, in.search().speaks());
    out.mapping = body.at("mappings").as_object();
    out.mapping.erase("_meta");
    out.former_mapping = mapping->get_object();
    out.former_mapping.erase("_meta");
    if (!source_rules(*mapping, *settings).whole() || !source_rules(out.mapping, out.settings).whole() ||
        detail::names_pipeline(settings->get_object()) || detail::names_pipeline(out.settings)) {
        log::info(
            "{}: its mapping or settings have changed; {} does not hold all that its documents were made of, "
            "so that they cannot be indexed again from it",
            log::index(index.name), facts->index);
        return std::nullopt;
    }
    return out;
}

namespace detail {

/// Sends a request and returns whether the cluster accepted it; errors other than errc::index are passed on.
template <typename Request>
bool agreed(const index_names& names, const index_state& state, const Request& request) {
    try {
        request();
        return true;
    } catch (const error& problem) {
        if (problem.code() != errc::index) throw;
        log::info("{}: its mapping or settings have changed, and the cluster cannot change {} as it is: {}",
                  log::index(names.alias), state.serving, problem.what());
        return false;
    }
}

/// Reverts what was changed before a later request was refused. Added fields stay: no cluster can remove one,
/// and readers do not see them.
inline void undo(cluster::client_type& client, const index_state& state, const in_place_change& change,
                 bool settings) {
    client.put_mapping(state.serving, change.former_mapping);
    if (settings && !change.former_settings.empty())
        client.put_settings(state.serving, change.former_settings);
}

}  // namespace detail

/// Updates the index that readers use in place if change_in_place() and the cluster allow it, and gives it
/// this shape's names as additional aliases. A running sync may keep writing to it; `_meta` is not touched,
/// because the program that feeds the index records its position there.
///
/// Returns false if a new index has to be built or already exists; the live index is then as it was. Safe to
/// repeat: a second attempt redoes what a killed first one did, except for tasks that the cluster is still
/// running. `waiting` is called from time to time.
inline bool adapt_in_place(context& in, const compiled_index& index, const index_state& state,
                           const std::function<void()>& waiting) {
    auto& client = in.search().client();
    const auto names = names_of(index);
    if (!state.exists && state.serving_copy) {
        log::info("{}: {} is taken over as it is: it is of this shape, and a copy of {}, which is gone",
                  log::index(names.alias), state.serving, names.index);
        client.change_aliases(aliases_in_place(names, state));
        return true;
    }
    const auto change = change_in_place(in, index, state);
    if (!change) return false;
    const auto purpose = "pgsync " + names.index;
    client.await_other_indexing(state.serving, purpose, waiting);
    const auto put_settings = [&](const boost::json::object& which) {
        if (!which.empty()) client.put_settings(state.serving, which);
    };
    // Readers must not see any part of a change that is then refused. So the current settings are sent first:
    // a cluster that cannot change a setting of an open index refuses even its current value. A mapping is
    // accepted or refused as a whole.
    if (!detail::agreed(names, state, [&] { put_settings(change->former_settings); })) return false;
    if (!detail::agreed(names, state, [&] { client.put_mapping(state.serving, change->mapping); }))
        return false;
    if (!detail::agreed(names, state, [&] { put_settings(change->settings); })) {
        detail::undo(client, state, *change, false);
        return false;
    }
    log::info("{}: its mapping or settings have changed, not its documents: {} is changed as it is",
              log::index(names.alias), state.serving);
    if (!detail::agreed(names, state, [&] { client.index_again(state.serving, purpose, waiting); })) {
        detail::undo(client, state, *change, true);
        return false;
    }
    client.change_aliases(aliases_in_place(names, state));
    return true;
}

}  // namespace pgsync::app
