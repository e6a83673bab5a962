#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/commands/builds.hpp>
#include <pgsync/commands/context.hpp>
#include <pgsync/commands/diagnosis/lost_slot.hpp>
#include <pgsync/commands/diagnosis/set_back.hpp>
#include <pgsync/pipeline/read_transaction.hpp>
#include <pgsync/store/guard.hpp>
#include <pgsync/store/index_state.hpp>

namespace pgsync::app {

/// Returns the numbers of the indices that a command works on: those named, or all. Throws
/// errc::configuration for a name that this program does not have.
[[nodiscard]] inline std::vector<std::size_t> chosen_indices(const context& in,
                                                             const std::vector<std::string>& names) {
    std::vector<std::size_t> out;
    std::string all;
    for (const auto& index : in.indices()) all += (all.empty() ? "" : ", ") + std::string(index.name);
    for (const auto& name : names) {
        bool found = false;
        for (std::size_t i = 0; i < in.indices().size(); ++i) {
            if (in.indices()[i].name != name) continue;
            found = true;
            out.push_back(i);
        }
        if (!found) {
            throw error(errc::configuration, "this program has no index \"" + name + "\"",
                        "it has " + all + "; see --index");
        }
    }
    if (names.empty()) {
        for (std::size_t i = 0; i < in.indices().size(); ++i) out.push_back(i);
    }
    return out;
}

/// Checks that these indices exist, belong to this program and are loaded; returns the states of all of the
/// program's indices. Throws errc::index if a check fails.
[[nodiscard]] inline std::vector<index_state> require_loaded(context& in,
                                                             const std::vector<std::size_t>& numbers) {
    const auto identity = in.identify();
    auto states = find_build(in);
    const auto now = where_it_is(in, identity);
    for (const auto number : numbers) {
        const auto& state = states[number];
        const std::string name(in.indices()[number].name);
        if (!state.exists)
            throw error(errc::index, "index \"" + name + "\" of this program's shape does not exist",
                        "run bootstrap first");
        check_ours(in.here(), in.indices()[number], state, false);
        require_open(state);
        if (const auto back = why_set_back(name, state, now))
            log::warn("{}; what is written now may be refused as older: {}", *back, set_back_remedy);
        if (!state.loaded) {
            throw error(errc::index, "the initial load of index \"" + name + "\" is not finished",
                        "run bootstrap: it resumes");
        }
    }
    return states;
}

/// Orders what this process writes against a sync that may be running; see
/// postgres::version_clock::write_beside().
inline void write_beside_sync(context& in) {
    in.clock().write_beside([&in] {
        postgres::advance_log(in.catalog());
        return postgres::flushed_position(in.catalog());
    });
    if (in.setting().read_from != in.setting().database)
        in.clock().read_from_standby(postgres::flushed_position(in.catalog()));
}

}  // namespace pgsync::app
