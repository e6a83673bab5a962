#pragma once

#include <iostream>
#include <ostream>

#include <pgsync/app/bootstrap.hpp>
#include <pgsync/app/contact.hpp>
#include <pgsync/app/dead_letters.hpp>
#include <pgsync/app/doctor.hpp>
#include <pgsync/app/engine.hpp>
#include <pgsync/app/explain_report.hpp>
#include <pgsync/app/persevere.hpp>
#include <pgsync/app/record.hpp>
#include <pgsync/app/refresh.hpp>
#include <pgsync/app/report.hpp>
#include <pgsync/app/status.hpp>
#include <pgsync/app/swap.hpp>
#include <pgsync/app/sync.hpp>
#include <pgsync/app/teardown.hpp>
#include <pgsync/app/verify.hpp>
#include <pgsync/linkage.hpp>

/// What an engine does: the bodies of its commands, and all of the run-time half below them.
namespace pgsync::app {

namespace detail {

/// A command that may take several attempts, with one record of them all.
template <typename Body>
report persevering(const options& setting, std::span<const compiled_index> indices, int stop_fd, record& done,
                   const Body& body) {
    persevere(setting, indices, stop_fd, [&](context& in) {
        in.record_in(done);
        body(in);
    });
    return done.told();
}

}  // namespace detail

PGSYNC_LINKAGE report basic_engine::bootstrap(std::ostream& out) const {
    record done;
    return detail::persevering(setting_, indices_, stop_.fd(), done,
                               [&](context& in) { app::bootstrap(in, out); });
}

PGSYNC_LINKAGE report basic_engine::bootstrap() const { return bootstrap(std::cout); }

PGSYNC_LINKAGE report basic_engine::sync() const {
    record done;
    if (setting_.bootstrap_first) {
        detail::persevering(setting_, indices_, stop_.fd(), done,
                            [&](context& in) { app::bootstrap(in, std::cout); });
    }
    return detail::persevering(setting_, indices_, stop_.fd(), done, [](context& in) { app::sync(in); });
}

PGSYNC_LINKAGE report basic_engine::swap() const {
    report out;
    persevere(setting_, indices_, stop_.fd(), [&](context& in) { out = app::swap(in); });
    return out;
}

PGSYNC_LINKAGE report basic_engine::teardown() const {
    record done;
    return detail::persevering(setting_, indices_, stop_.fd(), done, [](context& in) { app::teardown(in); });
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
    persevere(setting_, indices_, stop_.fd(), [&](context& in) { out = app::verify(in, how); });
    return out;
}

PGSYNC_LINKAGE report basic_engine::refresh(const refresh_options& how) const {
    report out;
    persevere(setting_, indices_, stop_.fd(), [&](context& in) { out = app::refresh(in, how); });
    return out;
}

PGSYNC_LINKAGE report basic_engine::dead_letters(const dead_letters_options& how) const {
    auto setting = setting_;
    // What is refused again stays a letter, with the new error.
    if (how.action == dead_letters_action::retry) setting.rejected = on_rejected::dead_letter;
    report out;
    persevere(setting, indices_, stop_.fd(), [&](context& in) { out = app::dead_letters(in, how); });
    return out;
}

}  // namespace pgsync::app
