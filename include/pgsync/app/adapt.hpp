#pragma once

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

/// Makes the index that readers have into one of this shape, where nothing but mapping or settings differ and
/// the cluster agrees; what follows it may go on meanwhile. From then on the index has this shape's names as
/// well, as aliases. False where an index has to be made beside it, or is there. A second attempt does again
/// what a first one that was killed has done.
inline bool adapt_in_place(context& in, const compiled_index& index, const index_state& state) {
    if (state.exists || state.serving.empty()) return false;
    auto& client = in.search().client();
    const auto names = names_of(index);
    const auto facts = client.find(state.serving);
    const auto* meta = facts ? own_meta(*facts) : nullptr;
    if (meta == nullptr || text_at(*meta, "query") != index.keys_query ||
        text_at(*meta, "pipeline") != index.pipeline)
        return false;
    auto body = creation_body(index, state);
    elastic::adapt_vectors(body, in.search().speaks().vectors());
    auto mapping = body.at("mappings").as_object();
    mapping.erase("_meta");
    try {
        if (text_at(*meta, "settings") != index.settings)
            client.put_settings(state.serving, {{"index", declared_settings(index)}});
        client.put_mapping(state.serving, mapping);
    } catch (const error& problem) {
        if (problem.code() != errc::index) throw;
        log::info("{}: its mapping or settings have changed, and the cluster cannot change {} as it is: {}",
                  names.alias, state.serving, problem.what());
        return false;
    }
    log::info("{}: its mapping or settings have changed, not its documents: {} is changed as it is",
              names.alias, state.serving);
    client.index_again(state.serving);
    client.change_aliases({elastic::alias_action("add", state.serving, names.index),
                           elastic::alias_action("add", state.serving, names.write_alias)});
    remember(client, index, find_index(client, index));
    return true;
}

}  // namespace pgsync::app
