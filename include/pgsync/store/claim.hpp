#pragma once

#include <cstddef>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <boost/json/array.hpp>

#include <pgsync/base/error.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/sink/elastic/client.hpp>
#include <pgsync/store/cluster.hpp>
#include <pgsync/store/index_state.hpp>

/// Whose turn it is to say in an index's `_meta` how far it is. A program that stood still for so long that
/// another one has taken its slot does not know that when it wakes up, and what it would say is older.
/// Document versions refuse its documents; `_meta` has no version, but it can be written through an alias:
/// each program makes one of its own when it begins, and with the same request removes those of its
/// predecessors. The cluster then refuses whatever they send, however late it comes.
namespace pgsync::app {

/// Makes `states`, which go by index and must have been read before the slot or the load was this program's,
/// those of indices that only this program keeps, all that `which` lists at once. Throws errc::superseded
/// where another one has claimed one of them since then.
inline void claim(cluster::client_type& client, std::span<const compiled_index> indices,
                  const std::vector<std::size_t>& which, std::span<index_state> states) {
    boost::json::array actions;
    for (const auto i : which) {
        auto& state = states[i];
        for (const auto& each : state.keepers)
            actions.emplace_back(elastic::alias_action("remove", state.index, each));
        state.keeper = state.index + std::string(keeper_mark) + std::to_string(std::random_device{}());
        actions.emplace_back(elastic::alias_action("add", state.index, state.keeper));
    }
    if (actions.empty()) return;
    client.change_aliases(actions);
    // It went well even where an alias that was to be removed was gone already: somebody else has been here.
    for (const auto i : which) {
        const auto now = find_index(client, indices[i]);
        if (!now.exists) throw error(errc::index, "index \"" + states[i].index + "\" is gone");
        if (now.keepers != std::vector{states[i].keeper}) {
            throw error(errc::superseded,
                        "index \"" + states[i].index + "\" has just been taken over by another program");
        }
        states[i].keepers = now.keepers;
    }
}

}  // namespace pgsync::app
