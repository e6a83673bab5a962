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

/// Fencing: decides which program may write an index's `_meta`. A program that was suspended so long that
/// another one has taken over its slot does not notice when it resumes, and would write outdated progress.
/// Document versions protect the documents. `_meta` has no version, but can be written through an alias: each
/// program creates a fencing alias of its own when it starts, and the same request removes those of its
/// predecessors. From then on the cluster refuses whatever they send, however late it arrives.
namespace pgsync::app {

/// Claims the indices listed in `which` for this program, all at once. `states`, by index, must have been
/// read before this program got the slot or started the load. Throws errc::superseded if another program has
/// claimed one of the indices since then.
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
    // The request also succeeds if an alias to be removed did not exist: then another program has claimed the
    // index.
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
