#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tuple>

#include <pgsync/base/error.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/commands/context.hpp>
#include <pgsync/pipeline/read_transaction.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/postgres/system_identity.hpp>
#include <pgsync/store/index_state.hpp>

/// Detects that the database was set back to an earlier state without a trace in WAL: a snapshot of its disk
/// or data directory was restored, a base backup was started without recovery, or it crashed with fsync =
/// off. The index then shows rows that no longer exist, and new writes would get lower versions than those in
/// the index. (Point-in-time recovery ends in a new timeline, which is handled like a promotion.)
namespace pgsync::app {

/// Returns `who` with the current end of WAL. Call it after reading the states of the indices, since another
/// program may be advancing their positions.
[[nodiscard]] inline postgres::system_identity where_it_is(context& in, postgres::system_identity who) {
    who.flushed = postgres::flushed_position(in.catalog());
    return who;
}

/// Returns why the current database is behind what an index was made from; nullopt if it is not. `seen`: how
/// far this process has seen the database since the index last recorded its position. `now` must have been
/// read after `state`.
[[nodiscard]] inline std::optional<std::string> why_set_back(
    const std::string& index, const index_state& state, const postgres::system_identity& now,
    const std::optional<postgres::system_identity>& seen = std::nullopt) {
    if (!state.written || state.owner.system != now.system || state.timeline == 0) return std::nullopt;
    auto timeline = state.timeline;
    auto written = *state.written;
    if (seen && seen->system == now.system &&
        std::tuple(seen->timeline, seen->flushed) > std::tuple(timeline, written)) {
        timeline = seen->timeline;
        written = seen->flushed;
    }
    if (std::tuple(timeline, written) <= std::tuple(now.timeline, now.flushed)) return std::nullopt;
    const auto place = [](postgres::lsn position, std::uint32_t of) {
        return postgres::to_string(position) + " of timeline " + std::to_string(of);
    };
    return "index \"" + index + "\" shows more than the database has: it was written up to " +
           place(written, timeline) + ", and the database's WAL ends at " + place(now.flushed, now.timeline) +
           "; the database was set back without recovery (a snapshot of its disk or data directory was put "
           "back, a base backup was started without recovery, it crashed with fsync = off, or what answers "
           "is an "
           "old primary from before a failover)";
}

inline constexpr const char* set_back_remedy =
    "connect to the database that the index was made from; or run bootstrap or sync with "
    "--on-lost-slot=resync: "
    "everything is read again and written over what the index has, which stays in use";

/// Decides about such a database by the user's choice: throws errc::replication, or returns if everything is
/// to be read again.
inline void decide_on_set_back(const context& in, const std::string& why) {
    if (in.setting().lost_slot == on_lost_slot::stop) throw error(errc::replication, why, set_back_remedy);
    log::warn("{}; reading everything again, the index stays in use", why);
}

/// Returns how many timelines above the database's own the versions of these indices must be, so that new
/// writes get higher versions than anything in the index `set_back`.
[[nodiscard]] inline std::uint32_t rewinds_above(const index_state& set_back,
                                                 const postgres::system_identity& now) {
    // Each timeline has its own range of versions, above the previous one, however far its WAL got.
    const auto used = std::max(set_back.timeline, now.timeline) + set_back.rewinds;
    return used + 1 - now.timeline;
}

/// Makes all writes from now on get higher versions than what `set_back` holds.
inline void write_above(context& in, const index_state& set_back, const postgres::system_identity& now,
                        std::span<index_state> states) {
    in.clock().set_rewinds(rewinds_above(set_back, now));
    for (auto& state : states) state.rewinds = in.clock().rewinds();
    in.forget_seen();
}

}  // namespace pgsync::app
