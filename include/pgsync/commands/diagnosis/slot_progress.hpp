#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include <pgsync/catalog/slot_facts.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/version.hpp>

namespace pgsync::app {

/// How far the indices of a slot are, as far as the server knows.
struct slot_progress {
    bool exists = false;
    bool followed = false;    ///< a sync is connected
    postgres::lsn written{};  ///< all WAL before it is in the indices
};

/// Reads the progress of a slot. A slot is confirmed only every few seconds; a role that may read
/// pg_stat_replication (pg_read_all_stats, or a superuser) sees a sync's position earlier.
[[nodiscard]] inline slot_progress read_slot_progress(postgres::session& session, std::string_view slot) {
    const auto facts = postgres::read_slot(session, slot);
    if (!facts) return {};
    slot_progress out{true, facts->active_pid != 0, facts->confirmed};
    if (!out.followed) return out;
    const auto* column = session.server_version() < 100000 ? "replay_location" : "replay_lsn";
    const auto found = session.exec(
        std::string("SELECT ") + column +
        "::text FROM pg_catalog.pg_stat_replication WHERE pid = " + std::to_string(facts->active_pid));
    if (found.rows() == 0) return out;
    if (const auto applied = postgres::lsn::parse(found.get(0, 0)))
        out.written = std::max(out.written, *applied);
    return out;
}

}  // namespace pgsync::app
