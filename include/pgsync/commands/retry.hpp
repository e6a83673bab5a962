#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <pgsync/base/backoff.hpp>
#include <pgsync/base/error.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/metrics.hpp>
#include <pgsync/base/options.hpp>
#include <pgsync/base/stop_request.hpp>
#include <pgsync/commands/context.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/postgres/sql_error.hpp>
#include <pgsync/postgres/system_identity.hpp>
#include <pgsync/sink/elastic/index_unavailable.hpp>

namespace pgsync::app {

namespace detail {

/// Returns true for a problem that passes by itself: a server that is down or busy, or another process that
/// still holds the slot.
inline bool worth_waiting(const error& problem) {
    if (is_passing(problem.code())) return true;
    const auto* sql = dynamic_cast<const postgres::sql_error*>(&problem);
    return sql != nullptr && postgres::slot_in_use(*sql);
}

}  // namespace detail

/// How a start treats servers that are unavailable.
struct start_wait {
    /// If false, the first connection attempt must succeed, and an index that is closed or blocked is an
    /// error.
    bool waits = false;
    std::chrono::seconds limit{0};  ///< how long to wait; 0: without limit
};

/// Runs `body(context&)` until it returns, retrying while a server is down or busy. Other errors end it: a
/// wrong password, a database that does not exist, something that is not a search cluster. (An unknown host
/// name counts as down: it may resolve in a moment, where services come and go.) `body` must be safe to run
/// again from its start.
template <typename Body>
void retry(const options& setting, std::span<const compiled_index> indices, int stop_fd, const Body& body,
           start_wait first = {}) {
    using clock = std::chrono::steady_clock;
    auto& counts = metrics::registry_of(setting.counts);
    backoff pauses(std::chrono::milliseconds(200), std::chrono::milliseconds(10'000));
    std::unique_ptr<context> in;
    std::optional<postgres::system_identity> seen;
    bool reached = false;  ///< both servers have been reached once
    bool said = false;
    const bool limited = first.limit.count() > 0;
    const auto deadline = clock::now() + first.limit;
    std::string told;  // the last warning about a closed index
    clock::time_point told_at;
    while (true) {
        const auto start = clock::now();
        std::string why;
        bool until_opened = false;
        try {
            if (!in) in = std::make_unique<context>(setting, indices, stop_fd);
            in->remember_seen(seen);
            reached = true;
            if (!first.waits) in->search().end_at_closed();
            body(*in);
            return;
        } catch (const elastic::index_unavailable& problem) {
            if (!first.waits) throw;
            why = std::string(problem.what()) + " (" + problem.remedy() + ")";
            until_opened = true;
        } catch (const error& problem) {
            if (!detail::worth_waiting(problem)) throw;
            why = problem.what();
            if (!reached) {
                if (!first.waits || dynamic_cast<const wrong_settings*>(&problem) != nullptr) throw;
                if (limited && clock::now() >= deadline) {
                    throw error(problem.code(),
                                why + "; waited " + std::to_string(first.limit.count()) + " s for it",
                                (problem.remedy().empty() ? "" : problem.remedy() + "; ") +
                                    "--connect-timeout says how long a start waits, 0 means without end");
                }
                if (!std::exchange(said, true))
                    log::info("waiting until both servers are available; if this one never is: {}",
                              problem.remedy().empty() ? "look at its own log" : problem.remedy());
            }
        }
        if (clock::now() - start > std::chrono::seconds(30)) pauses.reset();
        if (in) seen = in->seen_by_now();
        in.reset();
        counts.enter(metrics::phase::away);
        if (reached) counts.reconnects.add();
        auto pause = pauses.next();
        if (!reached && limited) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now());
            pause = std::clamp(left, std::chrono::milliseconds(1), pause);
        }
        // The user who has just opened the index may be waiting for us.
        if (until_opened) pause = std::min(pause, std::chrono::milliseconds(1'000));
        const auto now = clock::now();
        if (!until_opened) {
            log::warn("{}; trying again in {} ms", why, pause.count());
        } else if (why != told || now - told_at >= std::chrono::minutes(1)) {
            log::warn("{}; looking at it every second", why);
            told = why;
            told_at = now;
        }
        if (wait_for_stop(stop_fd, pause)) {
            throw error(errc::interrupted, "stopped before the next attempt: " + why,
                        "nothing is lost: what is not confirmed is repeated at the next start");
        }
    }
}

}  // namespace pgsync::app
