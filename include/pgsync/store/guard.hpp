#pragma once

#include <optional>
#include <string>
#include <utility>

#include <pgsync/base/finding.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/store/index_state.hpp>
#include <pgsync/store/owner.hpp>

/// Ownership check, to be made before every request that writes to an index, deletes it or moves an alias.
namespace pgsync::app {

/// Returns a finding if the index that this program writes or, with `readers`, the index that it would take
/// the alias from, belongs to another program; nothing if both are this program's.
[[nodiscard]] inline std::optional<finding> why_not_ours(const program_here& me, const compiled_index& index,
                                                         const index_state& state, bool readers = true) {
    const std::string alias(index.name);
    const auto mine = owner_of(me, index);
    if (state.exists) {
        if (auto other = why_foreign(alias, state.owner, me, mine)) return other;
    }
    if (!readers || !state.serving_owner) return std::nullopt;
    if (state.adopted && same_database(*state.adopted, *state.serving_owner)) return std::nullopt;
    return why_foreign(state.serving, *state.serving_owner, me, mine);
}

/// Throws what why_not_ours() returns, as condition_error.
inline void check_ours(const program_here& me, const compiled_index& index, const index_state& state,
                       bool readers = true) {
    if (auto other = why_not_ours(me, index, state, readers)) throw condition_error(std::move(*other));
}

}  // namespace pgsync::app
