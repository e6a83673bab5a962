#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <boost/json/array.hpp>

#include <pgsync/app/cluster.hpp>
#include <pgsync/app/index_state.hpp>
#include <pgsync/compiled.hpp>
#include <pgsync/elastic/client.hpp>
#include <pgsync/error.hpp>

/// Whose turn it is to say in an index's `_meta` how far it is. A program that stood still for so long that
/// another one has taken its slot does not know that when it wakes up, and what it would say is older.
/// Document versions refuse its documents; `_meta` has no version, but it can be written through an alias:
/// each program makes one of its own when it begins, and with the same request removes those of its
/// predecessors. The cluster then refuses whatever they send, however late it comes.
namespace pgsync::app {

namespace detail {

[[nodiscard]] inline std::string new_keeper(const index_state& state) {
    static constexpr std::array digits{'0', '1', '2', '3', '4', '5', '6', '7',
                                       '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    std::random_device random;
    std::uint32_t token = random();
    auto name = state.index + std::string(keeper_mark);
    for (int i = 0; i < 8; ++i, token >>= 4U) name += digits[token & 15U];
    return name;
}

}  // namespace detail

/// Makes `state`, which must have been read before the slot or the load was this program's, that of an index
/// which only this program keeps. Throws errc::superseded where another one has claimed it since then.
inline void claim(cluster::client_type& client, const compiled_index& index, index_state& state) {
    const auto keeper = detail::new_keeper(state);
    boost::json::array actions;
    for (const auto& each : state.keepers)
        actions.emplace_back(elastic::alias_action("remove", state.index, each));
    actions.emplace_back(elastic::alias_action("add", state.index, keeper));
    client.change_aliases(actions);
    // The removal of an alias that is gone already is no error everywhere.
    const auto now = find_index(client, index);
    if (!now.exists || now.keepers != std::vector{keeper}) {
        throw error(errc::superseded,
                    "index \"" + state.index + "\" has just been taken over by another program, or is gone");
    }
    state.keepers = now.keepers;
    state.keeper = keeper;
}

}  // namespace pgsync::app
