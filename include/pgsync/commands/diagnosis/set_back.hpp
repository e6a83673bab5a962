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

/// When the database was put back to an earlier state in a way that its WAL does not tell: a snapshot of its
/// disk or data directory put back, a base backup started without recovery, a crash with fsync = off. The
/// index then shows rows that are not there any more, and what is written now would have lower versions than
/// what it holds. (Recovery to a point in time ends in a new timeline, which is noticed like a promotion.)
namespace pgsync::app {

/// The same database with where its WAL ends now: to be asked after the states of its indices were read,
/// since another program may be telling them how far they are.
[[nodiscard]] inline postgres::system_identity where_it_is(context& in, postgres::system_identity who) {
    who.flushed = postgres::flushed_position(in.catalog());
    return who;
}

/// Why the database that is there now is behind what an index was made of; nothing where it is not. `seen`:
/// what this process knows of it since the index was last told. `now` must have been read after `state`.
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

/// What that deserves, by the user's choice: throws, or returns when everything is to be read again.
inline void decide_on_set_back(const context& in, const std::string& why) {
    if (in.setting().lost_slot == on_lost_slot::stop) throw error(errc::replication, why, set_back_remedy);
    log::warn("{}; reading everything again, the index stays in use", why);
}

/// How many timelines further on than the database's own the versions of these indices have to be, so that
/// what is written from now on is newer than whatever an index holds that was `set_back`.
[[nodiscard]] inline std::uint32_t rewinds_above(const index_state& set_back,
                                                 const postgres::system_identity& now) {
    // Whatever its timeline was, and however far its WAL had got: each has versions of its own.
    const auto used = std::max(set_back.timeline, now.timeline) + set_back.rewinds;
    return used + 1 - now.timeline;
}

/// From now on everything is written above what `set_back` holds.
inline void write_above(context& in, const index_state& set_back, const postgres::system_identity& now,
                        std::span<index_state> states) {
    in.clock().set_rewinds(rewinds_above(set_back, now));
    for (auto& state : states) state.rewinds = in.clock().rewinds();
    in.forget_seen();
}

}  // namespace pgsync::app
