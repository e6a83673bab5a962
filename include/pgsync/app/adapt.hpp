#pragma once

#include <functional>
#include <optional>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <pgsync/app/context.hpp>
#include <pgsync/app/index_state.hpp>
#include <pgsync/app/json_at.hpp>
#include <pgsync/compiled.hpp>
#include <pgsync/elastic/client.hpp>
#include <pgsync/elastic/dialect.hpp>
#include <pgsync/error.hpp>
#include <pgsync/log.hpp>

/// A changed mapping, or changed settings, under the same documents: the index need not be made anew where
/// the cluster can change it as it is.
namespace pgsync::app {

/// What would have to change of an index to make it one of this shape.
struct in_place_change {
    boost::json::object settings;  ///< empty: they are the same
    boost::json::object mapping;
};

/// The names of this shape that the index readers have gets.
[[nodiscard]] inline boost::json::array aliases_in_place(const index_names& names, const index_state& state) {
    return {elastic::alias_action("add", state.serving, names.index),
            elastic::alias_action("add", state.serving, names.write_alias)};
}

/// What to ask the cluster for, where nothing but mapping or settings differ between this shape and the index
/// that readers have; whether the cluster agrees only asking shows. Nothing where an index has to be made
/// beside it, or is there.
[[nodiscard]] inline std::optional<in_place_change> change_in_place(context& in, const compiled_index& index,
                                                                    const index_state& state) {
    if (state.exists || state.serving.empty()) return std::nullopt;
    const auto facts = in.search().client().find(state.serving);
    const auto* meta = facts ? own_meta(*facts) : nullptr;
    if (meta == nullptr || text_at(*meta, "query") != index.keys_query ||
        text_at(*meta, "pipeline") != index.pipeline)
        return std::nullopt;
    in_place_change out;
    // The cluster refuses a request for no settings.
    if (text_at(*meta, "settings") != index.settings) out.settings = {{"index", declared_settings(index)}};
    auto body = creation_body(index, state);
    elastic::adapt_mapping(body, in.search().speaks());
    out.mapping = body.at("mappings").as_object();
    out.mapping.erase("_meta");
    return out;
}

/// Makes the index that readers have into one of this shape, where change_in_place() and the cluster agree;
/// what follows it may go on meanwhile. From then on the index has this shape's names as well, as aliases.
/// False where an index has to be made beside it, or is there. A second attempt does again what a first one
/// that was killed has done. `_meta` is left to who follows the index, and says how far. `waiting` is called
/// now and then.
inline bool adapt_in_place(context& in, const compiled_index& index, const index_state& state,
                           const std::function<void()>& waiting) {
    const auto change = change_in_place(in, index, state);
    if (!change) return false;
    auto& client = in.search().client();
    const auto names = names_of(index);
    try {
        if (!change->settings.empty()) client.put_settings(state.serving, change->settings);
        client.put_mapping(state.serving, change->mapping);
    } catch (const error& problem) {
        if (problem.code() != errc::index) throw;
        log::info("{}: its mapping or settings have changed, and the cluster cannot change {} as it is: {}",
                  log::index(names.alias), state.serving, problem.what());
        return false;
    }
    log::info("{}: its mapping or settings have changed, not its documents: {} is changed as it is",
              log::index(names.alias), state.serving);
    client.index_again(state.serving, waiting);
    client.change_aliases(aliases_in_place(names, state));
    return true;
}

}  // namespace pgsync::app
