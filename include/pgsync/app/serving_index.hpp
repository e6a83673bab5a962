#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/app/context.hpp>
#include <pgsync/app/index_state.hpp>
#include <pgsync/app/lost_slot.hpp>
#include <pgsync/error.hpp>
#include <pgsync/postgres/system_identity.hpp>

namespace pgsync::app {

/// The numbers of the indices that a command is to work on: those named, or all. Throws errc::configuration
/// for a name that this program does not have.
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

/// Makes sure that an index is there, is this program's, and holds what its load put there. Throws
/// errc::index where it is not.
inline void require_loaded(context& in, const compiled_index& index,
                           const postgres::system_identity& identity) {
    const auto state = find_index(in.search().client(), index, in.setting().name);
    const std::string name(index.name);
    if (!state.exists)
        throw error(errc::index, "index \"" + name + "\" does not exist", "run bootstrap first");
    check_same_system(name, state, identity);
    if (!state.loaded) {
        throw error(errc::index, "the initial load of index \"" + name + "\" is not finished",
                    "run bootstrap: it resumes");
    }
}

/// Lets the clock order what this process writes beside a sync that may be running; see
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
