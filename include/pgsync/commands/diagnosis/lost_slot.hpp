#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/base/finding.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/printable.hpp>
#include <pgsync/catalog/slot_facts.hpp>
#include <pgsync/commands/context.hpp>
#include <pgsync/pipeline/read_transaction.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/system_identity.hpp>
#include <pgsync/store/claim.hpp>
#include <pgsync/store/index_state.hpp>

/// Detects lost changes, and decides what to do about them.
namespace pgsync::app {

/// Returns why the slot does not have every change since an index was written; nullopt if it does. The slot
/// must have been read before the state: an index records a position before the slot is confirmed.
[[nodiscard]] inline std::optional<std::string> why_lost(const std::string& name,
                                                         const std::optional<postgres::slot_facts>& slot,
                                                         const index_state& state) {
    if (!state.loaded && !state.written) return std::nullopt;  // the index is still empty
    const auto quoted = "slot \"" + name + "\"";
    if (!slot) return quoted + " is gone";
    if (slot->lost()) {
        return quoted + " is invalid (" +
               (slot->invalidation_reason.empty() ? "wal_status " + slot->wal_status
                                                  : slot->invalidation_reason) +
               ")";
    }
    if (state.written && slot->confirmed > *state.written) {
        const auto where = "it begins at " + postgres::to_string(slot->confirmed) +
                           ", and the index was written up to " + postgres::to_string(*state.written);
        if (state.restored) {
            return quoted + " lacks what index \"" + state.index +
                   "\" lacks, which has been restored from an older snapshot, or cloned: " + where;
        }
        return quoted +
               " was dropped and recreated, or read by another program, or the index was restored from an "
               "older "
               "snapshot: " +
               where;
    }
    return std::nullopt;
}

/// Decides about lost changes by the user's choice: throws errc::replication, or returns if everything is to
/// be read again.
inline void decide_on_loss(const context& in, const std::string& index, const std::string& why) {
    const auto what = why + ", and with it changes to index \"" + index + "\"";
    if (in.setting().lost_slot == on_lost_slot::stop) {
        throw error(
            errc::replication, what,
            "run bootstrap or sync with --on-lost-slot=resync to read everything again while the index "
            "stays in use");
    }
    log::warn("{}; reading everything again, the index stays in use", what);
}

/// Marks indices for a reload in place. bootstrap then reads every row again and finally deletes documents
/// without a row; it resumes after a crash.
inline void begin_again(context& in, const std::vector<std::size_t>& which,
                        std::vector<index_state>& states) {
    postgres::session primary(in.setting().database, in.overdue_fd());
    postgres::advance_log(primary);
    const auto version = in.clock().take_version(primary);
    claim(in.search().client(), in.indices(), which, states);
    for (const auto i : which) {
        auto& state = states[i];
        state.loaded = false;
        state.loaded_until.reset();
        state.written.reset();
        state.storage.reset();
        state.made_from.reset();
        // Higher than the version of any existing document, including those of an earlier attempt.
        state.orphans_below = version;
        remember(in.search().client(), in.indices()[i], state);
    }
}

}  // namespace pgsync::app
