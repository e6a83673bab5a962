#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/commands/context.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/store/guard.hpp>
#include <pgsync/store/index_state.hpp>

/// Builds: programs with different shapes that share the same aliases (blue/green rebuild). When a shape
/// changes, the new program builds its own index next to the old one and has its own slot, so that both stay
/// in sync independently and readers can use either. An index whose shape is the same in both exists once:
/// one of the programs keeps it in sync, and the other takes it over when that program ends.
namespace pgsync::app {

/// Returns a hash of all shapes of a program together, independent of their order.
[[nodiscard]] inline std::string build_hash(std::span<const compiled_index> indices) {
    std::vector<std::string> each;
    for (const auto& index : indices) each.push_back(std::string(index.name) + " " + shape_hash(index));
    std::sort(each.begin(), each.end());
    return text_hash(each);
}

/// Returns the name of a build's slot when another build of the same program exists.
[[nodiscard]] inline std::string slot_beside(const std::string& base, const std::string& build) {
    return base + "_" + build.substr(0, 8);
}

/// Returns the slot of a build: that of its existing indices if this build made one; otherwise `base` for a
/// first build, the slot of the existing indices if they share one, or a name with the build's hash if
/// another index already serves one of the aliases or the existing indices have different slots. `states` has
/// one entry for each index.
[[nodiscard]] inline std::string own_slot(const std::string& base, const std::string& build,
                                          std::span<const index_state> states) {
    bool beside = false;
    std::set<std::string> slots;
    for (const auto& state : states) {
        if (state.exists && state.build == build) return state.slot;
        if (state.exists) slots.insert(state.slot);
        if (!state.exists && !state.serving.empty()) beside = true;
    }
    if (beside || slots.size() > 1) return slot_beside(base, build);
    return slots.empty() ? base : *slots.begin();
}

namespace detail {

/// Refuses indices that belong to another program, before anything is changed, unless this program may
/// adopt them. With `readers`, the indices that readers use now are checked too.
inline void guard_build(context& in, bool readers, std::vector<index_state>& states) {
    for (std::size_t i = 0; i < states.size(); ++i) {
        auto& state = states[i];
        const auto& index = in.indices()[i];
        if (!in.setting().adopt) {
            check_ours(in.here(), index, state, readers);
            continue;
        }
        state.foreign = why_not_ours(in.here(), index, state, false).has_value();
        if (why_not_ours(in.here(), index, state)) state.adopted = state.serving_owner;
    }
}

/// Returns the slot of a build that adopts some of its indices: never one of another build, whose program may
/// keep using it.
[[nodiscard]] inline std::string adopting_slot(const std::string& base, const std::string& build,
                                               std::span<const index_state> states) {
    std::vector<index_state> own;
    std::copy_if(states.begin(), states.end(), std::back_inserter(own),
                 [](const auto& state) { return !state.foreign; });
    const auto slot = own_slot(base, build, own);
    const bool of_others = std::any_of(own.begin(), own.end(), [&](const auto& state) {
        return state.exists && state.slot == slot && state.build != build;
    });
    const bool ours = std::any_of(own.begin(), own.end(),
                                  [&](const auto& state) { return state.exists && state.build == build; });
    return of_others && !ours ? slot_beside(base, build) : slot;
}

}  // namespace detail

/// Returns what the cluster knows about a program's indices, and sets `in` to this build's slot. An index may
/// follow another slot; see indices_of_slot(). Throws condition_error if an index belongs to another program,
/// or with `readers` if one does that readers use in its place. Throws errc::index if the user gave the slot
/// a name that these indices do not have.
[[nodiscard]] inline std::vector<index_state> find_build(context& in, bool readers = true) {
    std::vector<index_state> states;
    for (const auto& index : in.indices()) states.push_back(find_index(in.search().client(), index));
    const auto build = build_hash(in.indices());
    detail::guard_build(in, readers, states);
    const bool adopts =
        std::any_of(states.begin(), states.end(), [](const auto& state) { return state.foreign; });
    const auto slot = adopts ? detail::adopting_slot(in.base_name(), build, states)
                             : own_slot(in.base_name(), build, states);
    for (auto& state : states) {
        if (!state.foreign) continue;
        state.slot = slot;
        state.build = build;
        state.together = names_of_all(in.indices());
    }
    if (in.is_named() && slot != in.base_name() && !slot.starts_with(in.base_name() + "_")) {
        for (std::size_t i = 0; i < states.size(); ++i) {
            if (states[i].slot != slot) continue;
            throw error(errc::index,
                        "index \"" + names_of(in.indices()[i]).index + "\" follows slot \"" + slot +
                            "\", not \"" + in.base_name() + "\"",
                        "use the --name it was made with, or run teardown and bootstrap");
        }
    }
    for (std::size_t i = 0; i < states.size(); ++i) {
        auto& state = states[i];
        if (state.exists) continue;
        state.owner = owner_of(in.here(), in.indices()[i]);
        state.slot = slot;
        state.build = build;
        state.together = names_of_all(in.indices());
        state.beside = !state.serving.empty();
    }
    in.use_slot(slot);
    // One clock serves all indices.
    for (const auto& state : states) in.clock().set_rewinds(state.rewinds);
    for (auto& state : states) state.rewinds = in.clock().rewinds();
    return states;
}

/// Returns the owner to record in an index from now on. Keeps a recorded program name, so that a run without
/// --name does not lock out runs with it.
[[nodiscard]] inline index_owner owner_now(context& in, const compiled_index& index,
                                           const index_state& state) {
    auto out = owner_of(in.here(), index);
    if (state.foreign || !state.exists) return out;
    if (!state.owner.program.empty()) {
        out.program = state.owner.program;
    } else if (!state.slot.empty()) {  // from an earlier version, which records only its slot
        const auto suffix = slot_beside({}, state.build);
        const bool beside = state.slot.size() > suffix.size() && state.slot.ends_with(suffix);
        out.program = beside ? state.slot.substr(0, state.slot.size() - suffix.size()) : state.slot;
    }
    return out;
}

/// Returns the numbers of the indices that follow `slot`.
[[nodiscard]] inline std::vector<std::size_t> indices_of_slot(std::span<const index_state> states,
                                                              std::string_view slot) {
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < states.size(); ++i) {
        if (states[i].slot == slot) which.push_back(i);
    }
    return which;
}

}  // namespace pgsync::app
