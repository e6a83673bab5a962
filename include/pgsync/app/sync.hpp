#pragma once

#include <chrono>
#include <cstddef>
#include <iostream>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pgsync/app/bootstrap.hpp>
#include <pgsync/app/context.hpp>
#include <pgsync/app/index_state.hpp>
#include <pgsync/app/lost_slot.hpp>
#include <pgsync/error.hpp>
#include <pgsync/log.hpp>
#include <pgsync/postgres/publication_facts.hpp>
#include <pgsync/postgres/server_facts.hpp>
#include <pgsync/postgres/slot_facts.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/postgres/table_storage.hpp>

namespace pgsync::app {

namespace detail {

/// One process follows a slot, others stand by: waits until it is free. False when asked to stop meanwhile.
inline bool await_slot(context& in) {
    bool said = false;
    while (true) {
        const auto slot = postgres::read_slot(in.catalog(), in.setting().name);
        if (!slot || slot->active_pid == 0) return true;
        if (!std::exchange(said, true)) {
            log::info(
                "standing by: server process {} sends slot {} to another program, whose work this one takes "
                "over when it ends",
                slot->active_pid, in.setting().name);
        }
        if (wait_for_stop(in.stop_fd(), std::chrono::milliseconds(250))) return false;
    }
}

/// The indices of a slot that has every change they lack, or nothing when they are to be loaded again. Throws
/// where anything else is missing.
inline std::optional<std::vector<index_state>> find_loaded(context& in,
                                                           const postgres::system_identity& identity) {
    const auto& name = in.setting().name;
    const auto slot = postgres::read_slot(in.catalog(), name);
    std::vector<index_state> states;
    bool again = false;
    for (const auto& index : in.indices()) {
        const std::string shown(index.name);
        states.push_back(find_index(in.search().client(), index, name));
        const auto& state = states.back();
        if (!state.exists)
            throw error(errc::index, "index \"" + shown + "\" does not exist", "run bootstrap first");
        check_same_system(shown, state, identity);
        if (const auto why = why_lost(name, slot, state); why && state.loaded) {
            decide_on_loss(in, shown, *why);
            again = true;
        } else if (!state.loaded) {
            if (!state.orphans_below || in.setting().lost_slot == on_lost_slot::stop) {
                throw error(errc::index, "the initial load of index \"" + shown + "\" is not finished",
                            "run bootstrap again: it resumes");
            }
            again = true;
        }
    }
    if (again) return std::nullopt;
    return states;
}

/// Follows one slot; returns false when it turns out to have been lost.
inline bool follow(context& in, const postgres::system_identity& identity, std::vector<index_state>& states) {
    const auto& wanted = in.setting();
    const auto report = in.check_shapes();
    refuse_missing(setup_steps(report, postgres::read_publication(in.catalog(), wanted.name),
                               postgres::read_slot(in.catalog(), wanted.name), wanted.name,
                               postgres::read_server(in.catalog())));
    stream::follow_settings setting;
    setting.database = wanted.database;
    setting.read_from = wanted.read_from;
    setting.identity = identity;
    setting.slot = wanted.name;
    setting.publication = wanted.name;
    setting.once = wanted.once;
    setting.stop_timeout = wanted.stop_timeout;
    setting.page_size = wanted.page_size;
    for (const auto& state : states) {
        // What the old primary had not handed on may have got into the index, and is told by no log.
        if (state.timeline == identity.timeline || setting.read_everything) continue;
        log::warn("a standby has been promoted (timeline {} became {}): every document is read again",
                  state.timeline, identity.timeline);
        setting.read_everything = true;
    }
    for (const auto& state : states)
        setting.storage.push_back(state.storage.value_or(postgres::table_storage()));
    auto access = in.access();
    std::mutex remembering;  // each in a thread of its own, and of one index the whole state is written
    access.remember = [&](std::size_t i, const postgres::table_storage& reflected) {
        const std::lock_guard lock(remembering);
        states[i].storage = reflected;
        remember(in.search().stream_client(), in.indices()[i], wanted.name, states[i]);
    };
    access.record = [&](postgres::lsn position) {
        const std::lock_guard lock(remembering);
        for (std::size_t i = 0; i < states.size(); ++i) {
            if (states[i].written >= position && states[i].timeline == identity.timeline) continue;
            states[i].written = position;
            states[i].timeline = identity.timeline;
            remember(in.search().stream_client(), in.indices()[i], wanted.name, states[i]);
        }
    };
    try {
        stream::follow(setting, report.bindings, in.clock(), {in.batcher(), in.batcher(elastic::pace::wide)},
                       access, in.stop_fd());
        return true;
    } catch (const postgres::sql_error& problem) {
        if (problem.code() != errc::replication || postgres::slot_in_use(problem)) throw;
        const auto slot = postgres::read_slot(in.catalog(), wanted.name);
        if (slot && !slot->lost()) throw;
        log::warn("{}", problem.what());
        return false;
    }
}

}  // namespace detail

/// Follows the database until asked to stop, or with `once` until caught up; errc::connection when a server
/// goes away.
inline void sync(context& in) {
    while (true) {
        if (!detail::await_slot(in)) return;
        const auto identity = in.identify();
        auto states = detail::find_loaded(in, identity);
        if (!states) {
            bootstrap(in, std::cout);
        } else if (detail::follow(in, identity, *states)) {
            return;
        }
    }
}

}  // namespace pgsync::app
