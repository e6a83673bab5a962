#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <pgsync/base/finding.hpp>
#include <pgsync/catalog/open_transactions.hpp>
#include <pgsync/catalog/slot_facts.hpp>
#include <pgsync/commands/setup/setup.hpp>
#include <pgsync/commands/setup/waited_for.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>

/// Reports other transactions that pgsync waits for, or that make the server keep WAL, and how to end them.
namespace pgsync::app {

namespace detail {

inline constexpr std::size_t most_named = 3;
/// How many seconds a table may be locked before that is reported.
inline constexpr std::int64_t locked_for_a_moment = 2;

/// Returns the steps that end the first `most_named` of these transactions.
[[nodiscard]] inline std::vector<step> steps_to_end(const std::vector<postgres::open_transaction>& all) {
    std::vector<step> out;
    for (std::size_t i = 0; i < std::min(all.size(), most_named); ++i) {
        for (auto& each : app::steps_to_end(all[i])) out.push_back(std::move(each));
    }
    return out;
}

}  // namespace detail

/// Reports that a bootstrap is creating a slot, and that PostgreSQL waits for these transactions to end
/// first.
[[nodiscard]] inline finding slot_waits(const std::string& slot, int pid,
                                        const std::vector<postgres::open_transaction>& whom) {
    return {severity::warning, "slot_waits",
            "slot \"" + slot + "\" is still being made, by server process " + std::to_string(pid) +
                ": it waits for transactions that ran before it: " + list_of(whom, detail::most_named),
            "bootstrap goes on by itself as soon as they have ended", detail::steps_to_end(whom)};
}

/// Reports a table that cannot be read at present.
[[nodiscard]] inline finding table_locked(const std::string& table,
                                          const std::vector<postgres::open_transaction>& by) {
    return {severity::warning, "table_locked",
            "table " + table + " cannot be read: reads of it wait for " + list_of(by, detail::most_named),
            "no document that shows its rows can be read until then; sync and bootstrap wait, and go on by "
            "themselves",
            detail::steps_to_end(by)};
}

/// Returns true if a transaction has been open for so long that it was probably forgotten. The limit is short
/// for a prepared one, which is normally committed within moments.
[[nodiscard]] inline bool is_forgotten(const postgres::open_transaction& each) {
    constexpr std::int64_t prepared = 10;
    constexpr std::int64_t idle = 5 * 60;
    constexpr std::int64_t active = 60 * 60;
    if (!each.seconds) return false;
    if (each.prepared()) return *each.seconds >= prepared;
    return *each.seconds >= (each.state == "active" ? active : idle);
}

/// Reports a transaction that is older than what the slot still needs: the server keeps WAL from there on.
[[nodiscard]] inline finding old_transaction(const std::string& slot,
                                             const postgres::open_transaction& each) {
    return {severity::warning, "old_transaction",
            text_of(each) + ", makes the server keep the WAL since then for slot \"" + slot + "\"",
            "the disk fills up, a sync that starts again reads all of it, and vacuum removes no row that has "
            "died since",
            steps_to_end(each)};
}

namespace detail {

/// Reports what the creation of a slot waits for; nullopt if it is complete or waits for nothing.
[[nodiscard]] inline std::optional<finding> look_at_slot_wait(postgres::session& catalog,
                                                              const std::string& name,
                                                              const postgres::slot_facts& slot) {
    if (slot.active_pid == 0 || slot.confirmed.value != 0) return std::nullopt;
    const auto now = postgres::read_blockers(catalog, slot.active_pid);
    if (now.empty()) return std::nullopt;
    const auto since = catalog.exec(
        "SELECT extract(epoch FROM pg_catalog.clock_timestamp() - query_start)::bigint FROM "
        "pg_catalog.pg_stat_activity WHERE pid = " +
        std::to_string(slot.active_pid));
    const auto waited =
        since.rows() == 0 || since.is_null(0, 0) ? 0 : std::stoll(std::string(since.get(0, 0)));
    return slot_waits(
        name, slot.active_pid,
        waited_for_by_slot(now, postgres::read_open_transactions(catalog), std::chrono::seconds(waited)));
}

/// Reports tables of these shapes that have been locked against readers for longer than a moment.
inline void check_locked_tables(postgres::session& catalog, std::span<const compiled_index> indices,
                                findings& found) {
    std::set<std::string> names;
    for (const auto& index : indices) {
        for (const auto& node : index.shape.nodes) {
            if (node.table.empty() || node.view) continue;
            names.insert((node.schema.empty() ? "" : postgres::quote_identifier(node.schema) + ".") +
                         postgres::quote_identifier(node.table));
        }
    }
    for (const auto& name : names) {
        auto holders = postgres::read_lock_holders(catalog, name);
        std::erase_if(holders,
                      [](const auto& each) { return each.seconds && *each.seconds < locked_for_a_moment; });
        if (!holders.empty()) found.push_back(table_locked(name, holders));
    }
}

/// Runs all of these checks; `slot` is as found, nullopt if it does not exist.
inline void check_waits(postgres::session& catalog, std::span<const compiled_index> indices,
                        const std::string& name, const std::optional<postgres::slot_facts>& slot,
                        findings& found) {
    check_locked_tables(catalog, indices, found);
    if (!slot || slot->lost()) return;
    if (auto waits = look_at_slot_wait(catalog, name, *slot)) {
        found.push_back(std::move(*waits));
        return;
    }
    for (const auto& each : postgres::read_open_transactions(catalog)) {
        if (is_forgotten(each)) found.push_back(old_transaction(name, each));
    }
}

}  // namespace detail

}  // namespace pgsync::app
