#pragma once

#include <algorithm>
#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/app/context.hpp>
#include <pgsync/app/index_state.hpp>
#include <pgsync/compiled.hpp>
#include <pgsync/error.hpp>

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

[[nodiscard]] inline std::vector<std::string> names_of_all(std::span<const compiled_index> indices) {
    std::vector<std::string> names;
    for (const auto& index : indices) names.emplace_back(index.name);
    return names;
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
    if (beside || slots.size() > 1) return base + "_" + build.substr(0, 8);
    return slots.empty() ? base : *slots.begin();
}

/// What the cluster knows of a program's indices; `in` is set to the slot that is this build's. An index may
/// follow another one: see indices_of_slot(). Throws errc::index where the user gave the slot a name that
/// these indices do not have.
[[nodiscard]] inline std::vector<index_state> find_build(context& in) {
    std::vector<index_state> states;
    for (const auto& index : in.indices()) states.push_back(find_index(in.search().client(), index));
    const auto build = build_hash(in.indices());
    const auto slot = own_slot(in.base_name(), build, states);
    if (in.is_named() && slot != in.base_name() && !slot.starts_with(in.base_name() + "_")) {
        for (std::size_t i = 0; i < states.size(); ++i) {
            if (states[i].slot != slot) continue;
            throw error(errc::index,
                        "index \"" + names_of(in.indices()[i]).index + "\" follows slot \"" + slot +
                            "\", not \"" + in.base_name() + "\"",
                        "use the --name it was made with, or run teardown and bootstrap");
        }
    }
    for (auto& state : states) {
        if (state.exists) continue;
        state.slot = slot;
        state.build = build;
        state.together = names_of_all(in.indices());
        state.beside = !state.serving.empty();
    }
    in.use_slot(slot);
    return states;
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
