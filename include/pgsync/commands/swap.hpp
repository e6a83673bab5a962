#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <pgsync/base/error.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/report.hpp>
#include <pgsync/base/stop_request.hpp>
#include <pgsync/commands/consent.hpp>
#include <pgsync/commands/context.hpp>
#include <pgsync/commands/diagnosis/slot_progress.hpp>
#include <pgsync/commands/serving_index.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/pipeline/read_transaction.hpp>
#include <pgsync/sink/elastic/client.hpp>
#include <pgsync/store/guard.hpp>
#include <pgsync/store/index_state.hpp>

namespace pgsync::app {

namespace detail {

/// Points the aliases of these indices at them, in one request for all (cut-over): a search finds either all
/// the old ones or all the new ones. Returns the names of the indices that readers did not use before. Throws
/// condition_error if readers use an index of another program, unless it is adopted.
inline std::vector<std::string> take_place(cluster::client_type& client,
                                           std::span<const compiled_index> indices, const program_here& me,
                                           bool adopt) {
    boost::json::array actions;
    std::vector<std::string> taken;
    const auto act = [&](const char* what, const std::string& index, const std::string& alias) {
        actions.emplace_back(elastic::alias_action(what, index, alias));
    };
    for (const auto& index : indices) {
        const auto names = names_of(index);
        const auto state = find_index(client, index);
        check_ours(me, index, state, !adopt);
        if (state.serving != state.index) {
            if (!state.serving.empty()) act("remove", state.serving, names.alias);
            act("add", state.index, names.alias);
            client.refresh(state.index);
            taken.push_back(state.index);
        }
        if (state.beside) act("remove", state.index, names.new_alias);
    }
    if (!actions.empty()) client.change_aliases(actions);
    for (const auto& each : taken) log::info("readers now use {}", each);
    return taken;
}

/// Waits until the sync that reads `slot` has brought its indices up to where the database is now.
inline void await_up_to_date(context& in, const std::string& slot) {
    const auto target = postgres::flushed_position(in.catalog());
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    bool said = false;
    auto followed = std::chrono::steady_clock::now();
    while (true) {
        const auto progress = read_slot_progress(in.catalog(), slot);
        const auto now = std::chrono::steady_clock::now();
        if (progress.followed) followed = now;
        // A sync that is reconnecting, or taking over from another one, is back in a moment.
        if (now - followed >= std::chrono::seconds(10)) {
            throw error(errc::replication,
                        "no sync streams from slot \"" + slot + "\", so its indices are not up to date",
                        "start this program's sync, then try again");
        }
        if (progress.followed && progress.written >= target) return;
        if (now >= deadline) {
            throw error(errc::replication,
                        "the sync that follows slot \"" + slot + "\" is " +
                            std::to_string(target.value - progress.written.value) +
                            " bytes of WAL behind where the database was a minute ago",
                        "wait until it has caught up, then try again");
        }
        if (!std::exchange(said, true)) log::info("waiting until sync has brought the indices up to date");
        if (wait_for_stop(in.stop_fd(), std::chrono::milliseconds(250)))
            throw error(errc::interrupted, "stopped while waiting for sync");
    }
}

}  // namespace detail

/// Makes readers use this program's indices: after a sync with --no-swap, or to return to an earlier shape
/// whose program still runs. Throws if the indices do not exist or are not up to date.
inline report swap(context& in) {
    const auto states = require_loaded(in, chosen_indices(in, {}));
    std::vector<std::string> moved;
    for (std::size_t i = 0; i < states.size(); ++i) {
        if (states[i].serving == states[i].index) continue;
        moved.push_back("let readers of \"" + std::string(in.indices()[i].name) + "\" have index " +
                        states[i].index +
                        (states[i].serving.empty() ? "" : " in place of " + states[i].serving));
    }
    if (in.setting().dry_run) return would_do(moved);
    static_cast<void>(wanted(in.setting(), in.stop_fd(), "swap", moved));
    std::vector<std::string> waited;
    for (const auto& state : states) {
        if (state.serving == state.index ||
            std::find(waited.begin(), waited.end(), state.slot) != waited.end())
            continue;
        detail::await_up_to_date(in, state.slot);
        waited.push_back(state.slot);
    }
    const auto taken = detail::take_place(in.search().client(), in.indices(), in.here(), in.setting().adopt);
    report out;
    boost::json::array swapped;
    for (const auto& each : taken) swapped.emplace_back(each);
    out.json = boost::json::serialize(boost::json::object{{"swapped", swapped}});
    if (taken.empty()) out.text = "readers have this program's indices already\n";
    for (const auto& each : taken) out.text += "readers now use " + each + "\n";
    return out;
}

}  // namespace pgsync::app
