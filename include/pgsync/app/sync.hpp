#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <iostream>
#include <mutex>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <pgsync/app/bootstrap.hpp>
#include <pgsync/app/builds.hpp>
#include <pgsync/app/claim.hpp>
#include <pgsync/app/context.hpp>
#include <pgsync/app/index_state.hpp>
#include <pgsync/app/lost_slot.hpp>
#include <pgsync/app/stop_request.hpp>
#include <pgsync/app/swap.hpp>
#include <pgsync/error.hpp>
#include <pgsync/log.hpp>
#include <pgsync/metrics.hpp>
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
        in.counts().enter(metrics::phase::standing_by);
        in.counts().written.set(-1);  // how far the indices are only the other one knows
        if (!std::exchange(said, true)) {
            log::info(
                "standing by: server process {} sends slot {} to another program, whose work this one takes "
                "over when it ends",
                slot->active_pid, log::slot(in.setting().name));
        }
        if (wait_for_stop(in.stop_fd(), std::chrono::milliseconds(250))) return false;
    }
}

/// Whether every index that follows the slot is one that its changes make whole; false when they are to be
/// loaded again. Throws where anything else is missing.
inline bool are_loaded(context& in, const postgres::system_identity& identity,
                       const std::optional<postgres::slot_facts>& slot, std::span<const index_state> states) {
    const auto& name = in.setting().name;
    bool again = false;
    for (const auto i : indices_of_slot(states, name)) {
        const auto& state = states[i];
        const std::string shown(in.indices()[i].name);
        if (!state.exists) {
            const bool other = !state.serving.empty();
            throw error(errc::index,
                        "index \"" + shown + "\" does not exist" +
                            (other ? " yet as this program shapes it; readers have \"" + state.serving +
                                         "\", of another shape"
                                   : ""),
                        other
                            ? "run bootstrap first: it builds the index beside that one, see docs/changing.md"
                            : "run bootstrap first");
        }
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
    return !again;
}

/// What follow() does beside following.
struct follow_way {
    bool once = false;
    bool keep_slot = false;  ///< see stream::follow_settings, as the others
    std::function<void()> caught_up{};
    std::function<bool()> enough{};
};

/// Follows one slot into the indices that are dealt with, `states` one each; returns false when the slot
/// turns out to have been lost.
inline bool follow(context& in, const postgres::system_identity& identity, std::vector<index_state>& states,
                   const follow_way& how) {
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
    setting.once = how.once;
    setting.keep_slot = how.keep_slot;
    setting.caught_up = how.caught_up;
    setting.enough = how.enough;
    setting.stop_timeout = wanted.stop_timeout;
    setting.page_size = wanted.page_size;
    setting.counts = &in.counts();
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
    access.claim = [&] {
        std::vector<std::size_t> all(states.size());
        std::iota(all.begin(), all.end(), 0U);
        claim(in.search().client(), in.indices(), all, states);
    };
    access.remember = [&](std::size_t i, const postgres::table_storage& reflected) {
        const std::lock_guard lock(remembering);
        auto next = states[i];
        next.storage = reflected;
        remember(in.search().stream_client(), in.indices()[i], next);
        states[i] = std::move(next);
    };
    access.record = [&](postgres::lsn position) {
        const std::lock_guard lock(remembering);
        for (std::size_t i = 0; i < states.size(); ++i) {
            if (states[i].written >= position && states[i].timeline == identity.timeline) continue;
            // What the index could not be told is told again, at the next attempt.
            auto next = states[i];
            next.written = position;
            next.timeline = identity.timeline;
            remember(in.search().stream_client(), in.indices()[i], next);
            states[i] = std::move(next);
        }
    };
    try {
        stream::follow(setting, report.bindings, in.clock(), {in.batcher(), in.batcher(elastic::pace::wide)},
                       access, in.stop_fd());
        in.done()["slot"] = wanted.name;
        if (const auto slot = postgres::read_slot(in.catalog(), wanted.name))
            in.done()["confirmed"] = postgres::to_string(slot->confirmed);
        return true;
    } catch (const postgres::sql_error& problem) {
        if (problem.code() != errc::replication || postgres::slot_in_use(problem)) throw;
        const auto slot = postgres::read_slot(in.catalog(), wanted.name);
        if (slot && !slot->lost()) throw;
        log::warn("{}", problem.what());
        return false;
    }
}

inline std::vector<index_state> chosen(const std::vector<index_state>& states,
                                       const std::vector<std::size_t>& which) {
    std::vector<index_state> out;
    for (const auto i : which) out.push_back(states[i]);
    return out;
}

/// Slots of other builds that keep indices of this one as well.
inline std::vector<std::string> other_slots(std::span<const index_state> states, const std::string& own) {
    std::vector<std::string> slots;
    for (const auto& state : states) {
        if (state.slot != own && std::find(slots.begin(), slots.end(), state.slot) == slots.end())
            slots.push_back(state.slot);
    }
    return slots;
}

inline bool is_followed(context& in, const std::string& slot) {
    const auto facts = postgres::read_slot(in.catalog(), slot);
    return facts && facts->active_pid != 0;
}

/// Takes over the indices that another build has kept up to date through `slot`, which nobody follows any
/// more: what that slot still has to tell of them is brought in first, and with it they are at least as far
/// as this build's own slot, which tells of their tables as well. The other slot stays where it is, for the
/// indices that are the other build's alone. What comes between is left to whoever looks at the slots anew.
inline void take_over(context& in, const postgres::system_identity& identity, const std::string& slot,
                      std::vector<index_state>& states) {
    const auto own = in.setting().name;
    const auto which = indices_of_slot(states, slot);
    std::vector<std::size_t> lost;
    const auto facts = postgres::read_slot(in.catalog(), slot);
    for (const auto i : which) {
        const std::string shown(in.indices()[i].name);
        check_same_system(shown, states[i], identity);
        log::info("{}: taking it over from slot {}, which nobody follows", shown, slot);
        const auto why = why_lost(slot, facts, states[i]);
        if (!why) continue;
        decide_on_loss(in, shown, *why);
        lost.push_back(i);
    }
    if (lost.empty()) {
        auto theirs = chosen(states, which);
        in.narrow(slot, which);
        const bool whole = follow(in, identity, theirs, {true, true, {}, {}});
        in.widen();
        in.use_slot(own);
        if (!whole || in.stopped()) return;
        for (std::size_t i = 0; i < which.size(); ++i) states[which[i]] = theirs[i];
    }
    for (const auto i : which) {
        states[i].slot = own;
        states[i].build = build_hash(in.indices());
        states[i].together = names_of_all(in.indices());
    }
    if (!lost.empty()) {
        begin_again(in, which, states);
    } else {
        for (const auto i : which) remember(in.search().client(), in.indices()[i], states[i]);
    }
}

/// True from when nobody has followed any one of `slots` for some seconds: whoever did is not just being
/// started again.
inline std::function<bool()> any_is_left(context& in, std::vector<std::string> slots) {
    if (slots.empty()) return {};
    using clock = std::chrono::steady_clock;
    return [&in, slots = std::move(slots), since = std::optional<clock::time_point>()]() mutable {
        const bool left =
            std::any_of(slots.begin(), slots.end(), [&](const auto& slot) { return !is_followed(in, slot); });
        if (!left) since.reset();
        if (left && !since) since = clock::now();
        return left && clock::now() - *since >= std::chrono::seconds(10);
    };
}

}  // namespace detail

/// Follows the database until asked to stop, or with `once` until caught up; errc::connection when a server
/// goes away.
inline void sync(context& in) {
    while (true) {
        in.counts().enter(metrics::phase::starting);
        in.widen();
        static_cast<void>(find_build(in));  // for the slot's name
        if (!detail::await_slot(in)) return;
        in.counts().enter(metrics::phase::starting);
        const auto identity = in.identify();
        const auto slot = postgres::read_slot(in.catalog(), in.setting().name);  // first, see why_lost()
        const auto own = in.setting().name;
        auto states = find_build(in);
        if (in.setting().name != own) continue;
        if (!detail::are_loaded(in, identity, slot, states)) {
            bootstrap(in, std::cout);
            continue;
        }
        std::vector<std::string> kept_by_others;
        bool again = false;
        for (const auto& other : detail::other_slots(states, own)) {
            if (detail::is_followed(in, other)) {
                for (const auto i : indices_of_slot(states, other))
                    log::info("{}: kept up to date by the program that follows slot {}", in.indices()[i].name,
                              other);
                kept_by_others.push_back(other);
            } else {
                detail::take_over(in, identity, other, states);
                if (in.stopped()) return;
                again = true;
            }
        }
        if (again) continue;
        const auto which = indices_of_slot(states, own);
        auto mine = detail::chosen(states, which);
        const bool once = in.setting().once;
        in.narrow(own, which);
        const auto swap = [&] {
            for (const auto& each : detail::take_place(in.search().client(), in.indices()))
                in.done().array("swapped").emplace_back(each);
        };
        const bool to_swap =
            in.setting().swap_when_ready && std::any_of(mine.begin(), mine.end(), [](const auto& state) {
                return state.beside || state.serving.empty();
            });
        if (detail::follow(
                in, identity, mine,
                {once, false, to_swap && !once ? std::function<void()>(swap) : std::function<void()>(),
                 once ? std::function<bool()>() : detail::any_is_left(in, kept_by_others)})) {
            if (once && to_swap && !in.stopped()) swap();
            if (in.stopped() || once) return;
        }
    }
}

}  // namespace pgsync::app
