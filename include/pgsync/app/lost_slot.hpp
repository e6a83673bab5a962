#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <pgsync/app/claim.hpp>
#include <pgsync/app/context.hpp>
#include <pgsync/app/index_state.hpp>
#include <pgsync/error.hpp>
#include <pgsync/log.hpp>
#include <pgsync/postgres/read_transaction.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/slot_facts.hpp>
#include <pgsync/postgres/system_identity.hpp>

/// When changes were lost on their way, and what to do about it.
namespace pgsync::app {

/// Why the slot has not every change since an index was written; nothing where it has. The slot must have
/// been read before the state: an index tells its position before the slot is confirmed.
[[nodiscard]] inline std::optional<std::string> why_lost(const std::string& name,
                                                         const std::optional<postgres::slot_facts>& slot,
                                                         const index_state& state) {
    if (!state.loaded && !state.written) return std::nullopt;  // nothing is in it yet
    const auto quoted = "slot \"" + name + "\"";
    if (!slot) return quoted + " is gone";
    if (slot->lost()) {
        return quoted + " is invalid (" +
               (slot->invalidation_reason.empty() ? "wal_status " + slot->wal_status
                                                  : slot->invalidation_reason) +
               ")";
    }
    if (state.written && slot->confirmed > *state.written) {
        return quoted + " was dropped and made anew, or read by another program: it begins at " +
               postgres::to_string(slot->confirmed) + ", and the index was written up to " +
               postgres::to_string(*state.written);
    }
    return std::nullopt;
}

/// Positions of one database cluster mean nothing in another.
inline void check_same_system(const std::string& index, const index_state& state,
                              const postgres::system_identity& identity) {
    if (state.system.empty() || state.system == identity.system) return;
    throw error(errc::index,
                "index \"" + index + "\" was filled from another database cluster (system identifier " +
                    state.system + ", here it is " + identity.system + ")",
                "connect to that one, or run teardown, then bootstrap");
}

/// What lost changes deserve, by the user's choice: throws, or returns when everything is to be read again.
inline void decide_on_loss(const context& in, const std::string& index, const std::string& why) {
    const auto what = why + ", and with it changes to index \"" + index + "\"";
    if (in.setting().lost_slot == on_lost_slot::stop) {
        throw error(
            errc::replication, what,
            "run bootstrap or sync with --on-lost-slot=resync to read everything again while the index "
            "stays in use, or teardown, then bootstrap");
    }
    log::warn("{}; reading everything again, the index stays in use", what);
}

/// Has indices be loaded anew, over what is there; what turns out to be without a row is deleted in the end.
/// From then on bootstrap does the rest, also after a crash.
inline void begin_again(context& in, const std::vector<std::size_t>& which,
                        std::vector<index_state>& states) {
    postgres::session primary(in.setting().database);
    postgres::advance_log(primary);
    const auto version = in.clock().begin(primary, postgres::begin_reading_sql()).version;
    primary.exec("ROLLBACK");
    claim(in.search().client(), in.indices(), which, states);
    for (const auto i : which) {
        auto& state = states[i];
        state.loaded = false;
        state.loaded_until.reset();
        state.written.reset();
        state.storage.reset();
        // Greater than that of any document there, also of an earlier attempt's.
        state.orphans_below = version;
        remember(in.search().client(), in.indices()[i], state);
    }
}

}  // namespace pgsync::app
