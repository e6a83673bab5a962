#pragma once

#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/base/linkage.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/base/metrics.hpp>
#include <pgsync/base/report.hpp>
#include <pgsync/cli/engine.hpp>
#include <pgsync/commands/bootstrap.hpp>
#include <pgsync/commands/contact.hpp>
#include <pgsync/commands/dead_letters.hpp>
#include <pgsync/commands/doctor/doctor.hpp>
#include <pgsync/commands/explain/explain_report.hpp>
#include <pgsync/commands/record.hpp>
#include <pgsync/commands/refresh.hpp>
#include <pgsync/commands/retry.hpp>
#include <pgsync/commands/status.hpp>
#include <pgsync/commands/swap.hpp>
#include <pgsync/commands/sync.hpp>
#include <pgsync/commands/teardown.hpp>
#include <pgsync/commands/verify/verify.hpp>
#include <pgsync/observe/monitor.hpp>

/// The commands of an engine, which bring in the whole runtime half of pgsync.
namespace pgsync::app {

PGSYNC_LINKAGE basic_engine::basic_engine(options setting, std::span<const compiled_index> indices)
    : setting_(std::move(setting)), indices_(indices) {
    if (!setting_.counts) {
        std::vector<std::string_view> names;
        for (const auto& each : indices_) names.push_back(each.name);
        setting_.counts = std::make_shared<metrics::registry>(names);
    }
}

/// Runs a command that may take several attempts, with one record of all of them, and sets the final phase in
/// the counts: `then` on success. On failure stores in `reached` the phase the command was in.
template <typename Body>
void basic_engine::work(record& done, const Body& body, metrics::phase then, const start_wait& first,
                        metrics::phase* reached) const {
    try {
        const auto begin = [&](context& in) {
            in.record_in(done);
            body(in);
        };
        retry(setting_, indices_, stop_.fd(), begin, first);
        setting_.counts->enter(then);
    } catch (const error& problem) {
        if (reached != nullptr) *reached = setting_.counts->at();
        setting_.counts->enter(problem.code() == errc::interrupted ? metrics::phase::done
                                                                   : metrics::phase::failed);
        throw;
    } catch (...) {
        setting_.counts->enter(metrics::phase::failed);
        throw;
    }
}

PGSYNC_LINKAGE report basic_engine::bootstrap(std::ostream& out) const {
    record done;
    std::optional<monitor> shown;
    try {
        if (!setting_.metrics.empty() && !setting_.dry_run) shown.emplace(setting_, indices_);
    } catch (const error& problem) {
        // A sync with the same settings may be running and already listen there.
        log::warn("{}; bootstrap goes on without", problem.what());
    }
    work(done, [&](context& in) { app::bootstrap(in, out); }, metrics::phase::done,
         {!setting_.dry_run, setting_.connect_timeout});
    return done.told();
}

PGSYNC_LINKAGE report basic_engine::bootstrap() const { return bootstrap(std::cout); }

PGSYNC_LINKAGE report basic_engine::sync() const {
    record done;
    std::optional<monitor> shown;
    if (!setting_.metrics.empty()) shown.emplace(setting_, indices_);
    auto reached = metrics::phase::starting;
    try {
        if (setting_.bootstrap_first)
            work(
                done, [](context& in) { app::bootstrap(in, std::cout); }, metrics::phase::starting,
                {true, setting_.connect_timeout}, &reached);
        // After a bootstrap both servers have been reachable.
        const auto limit = setting_.bootstrap_first ? std::chrono::seconds(0) : setting_.connect_timeout;
        work(
            done, [](context& in) { app::sync(in); }, metrics::phase::done, {true, limit}, &reached);
    } catch (const error& problem) {
        // A sync that was asked to stop has succeeded, unless changes were still in flight. With `once` it
        // has not: it was started to bring everything into the index.
        const bool on_their_way = reached == metrics::phase::following || reached == metrics::phase::stopping;
        if (problem.code() != errc::interrupted || on_their_way || setting_.once) throw;
        log::info("{}; the next start goes on there", problem.what());
    }
    return done.told();
}

PGSYNC_LINKAGE report basic_engine::swap() const {
    report out;
    retry(setting_, indices_, stop_.fd(), [&](context& in) { out = app::swap(in); });
    return out;
}

PGSYNC_LINKAGE report basic_engine::teardown() const {
    record done;
    work(done, [](context& in) { app::teardown(in); }, metrics::phase::done, {});
    return done.told();
}

PGSYNC_LINKAGE report basic_engine::status() const {
    contact with(setting_, indices_, stop_.fd());
    return app::status(with);
}

PGSYNC_LINKAGE report basic_engine::doctor() const {
    contact with(setting_, indices_, stop_.fd());
    return app::doctor(with);
}

PGSYNC_LINKAGE report basic_engine::explain(const explain_parts& parts) const {
    return app::explained(setting_, indices_, parts, stop_.fd());
}

PGSYNC_LINKAGE report basic_engine::verify(const verify_options& how) const {
    report out;
    retry(setting_, indices_, stop_.fd(), [&](context& in) { out = app::verify(in, how); });
    return out;
}

PGSYNC_LINKAGE report basic_engine::refresh(const refresh_options& how) const {
    report out;
    retry(setting_, indices_, stop_.fd(), [&](context& in) { out = app::refresh(in, how); });
    return out;
}

PGSYNC_LINKAGE report basic_engine::dead_letters(const dead_letters_options& how) const {
    auto setting = setting_;
    // What is refused again stays a dead letter, with the new error.
    if (how.action == dead_letters_action::retry) setting.rejected = on_rejected::dead_letter;
    report out;
    retry(setting, indices_, stop_.fd(), [&](context& in) { out = app::dead_letters(in, how); });
    return out;
}

}  // namespace pgsync::app
