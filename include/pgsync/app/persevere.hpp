#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>

#include <pgsync/app/context.hpp>
#include <pgsync/app/options.hpp>
#include <pgsync/app/stop_request.hpp>
#include <pgsync/backoff.hpp>
#include <pgsync/compiled.hpp>
#include <pgsync/error.hpp>
#include <pgsync/log.hpp>
#include <pgsync/metrics.hpp>
#include <pgsync/postgres/sql_error.hpp>

namespace pgsync::app {

namespace detail {

/// Something that goes away by itself: a server that is down or busy, or another process that still holds
/// the slot.
inline bool worth_waiting(const error& problem) {
    if (is_passing(problem.code())) return true;
    const auto* sql = dynamic_cast<const postgres::sql_error*>(&problem);
    return sql != nullptr && postgres::slot_in_use(*sql);
}

}  // namespace detail

/// Runs `body(context&)`, again and again while a server is away or busy, until it returns. Only the very
/// first contact must work: what is wrong from the start is better said than waited for. `body` must be safe
/// to begin anew.
template <typename Body>
void persevere(const options& setting, std::span<const compiled_index> indices, int stop_fd,
               const Body& body) {
    auto& counts = setting.counts ? *setting.counts : metrics::nowhere();
    backoff pauses(std::chrono::milliseconds(200), std::chrono::milliseconds(10'000));
    auto in = std::make_unique<context>(setting, indices, stop_fd);
    while (true) {
        const auto start = std::chrono::steady_clock::now();
        std::string why;
        try {
            if (!in) in = std::make_unique<context>(setting, indices, stop_fd);
            body(*in);
            return;
        } catch (const error& problem) {
            if (!detail::worth_waiting(problem)) throw;
            why = problem.what();
        }
        if (std::chrono::steady_clock::now() - start > std::chrono::seconds(30)) pauses.reset();
        in.reset();
        counts.enter(metrics::phase::away);
        counts.reconnects.add();
        const auto pause = pauses.next();
        log::warn("{}; trying again in {} ms", why, pause.count());
        if (wait_for_stop(stop_fd, pause)) {
            throw error(errc::interrupted, "stopped before the next attempt: " + why,
                        "nothing is lost: what is not confirmed is repeated at the next start");
        }
    }
}

}  // namespace pgsync::app
