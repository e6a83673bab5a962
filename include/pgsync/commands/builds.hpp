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

/// Programs of other shapes that keep the same aliases. When a shape changes, the new program makes its index
/// beside the old one's and has a slot of its own, so that each of the two follows the database by itself and
/// either can be what readers see. Indices whose shape is the same in both are there once: one of the
/// programs keeps them, and the other takes them over when that one ends.
namespace pgsync::app {

/// A number for all shapes of a program together, whatever their order.
[[nodiscard]] inline std::string build_hash(std::span<const compiled_index> indices) {
    std::vector<std::string> each;
    for (const auto& index : indices) each.push_back(std::string(index.name) + " " + shape_hash(index));
    std::sort(each.begin(), each.end());
    return text_hash(each);
}

/// The slot of a build that is there beside another one of the same program.
[[nodiscard]] inline std::string slot_beside(const std::string& base, const std::string& build) {
    return base + "_" + build.substr(0, 8);
}

/// The slot of a build: that of its indices that are there, `base` for the first build, and a name with its
/// hash where the aliases are already served by another. `states` go by index.
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

/// Refuses indices that are another's, before anything is changed, unless this program was told to adopt
/// them. With `readers` those count as well that readers have now.
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

/// The slot of a build some of whose indices are to be adopted: never one of another build, whose program may
/// go on with it.
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

/// What the cluster knows of a program's indices; `in` is set to the slot that is this build's. An index may
/// follow another one: see indices_of_slot(). Throws condition_error where one of them, or with `readers` one
/// that readers have in its place, is another's, and errc::index where the user gave the slot a name that
/// these indices do not have.
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
    // One clock is for all of them.
    for (const auto& state : states) in.clock().set_rewinds(state.rewinds);
    for (auto& state : states) state.rewinds = in.clock().rewinds();
    return states;
}

/// The owner that an index is to remember from here on. It keeps the program's name that it has: a run
/// without --name must not lock out those with it.
[[nodiscard]] inline index_owner owner_now(context& in, const compiled_index& index,
                                           const index_state& state) {
    auto out = owner_of(in.here(), index);
    if (state.foreign || !state.exists) return out;
    if (!state.owner.program.empty()) {
        out.program = state.owner.program;
    } else if (!state.slot.empty()) {  // of an earlier version, which remembers its slot alone
        const auto suffix = slot_beside({}, state.build);
        const bool beside = state.slot.size() > suffix.size() && state.slot.ends_with(suffix);
        out.program = beside ? state.slot.substr(0, state.slot.size() - suffix.size()) : state.slot;
    }
    return out;
}

/// Which of them follow `slot`.
[[nodiscard]] inline std::vector<std::size_t> indices_of_slot(std::span<const index_state> states,
                                                              std::string_view slot) {
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < states.size(); ++i) {
        if (states[i].slot == slot) which.push_back(i);
    }
    return which;
}

}  // namespace pgsync::app
