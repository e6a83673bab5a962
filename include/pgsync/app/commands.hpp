#pragma once

#include <iostream>
#include <ostream>

#include <pgsync/app/bootstrap.hpp>
#include <pgsync/app/engine.hpp>
#include <pgsync/app/persevere.hpp>
#include <pgsync/app/report.hpp>
#include <pgsync/app/swap.hpp>
#include <pgsync/app/sync.hpp>
#include <pgsync/app/teardown.hpp>
#include <pgsync/linkage.hpp>

/// What an engine does: the bodies of its commands, and all of the run-time half below them.
namespace pgsync::app {

PGSYNC_LINKAGE void basic_engine::bootstrap(std::ostream& out) const {
    persevere(setting_, indices_, stop_.fd(), [&](context& in) { app::bootstrap(in, out); });
}

PGSYNC_LINKAGE void basic_engine::bootstrap() const { bootstrap(std::cout); }

PGSYNC_LINKAGE void basic_engine::sync() const {
    if (setting_.bootstrap_first) bootstrap();
    persevere(setting_, indices_, stop_.fd(), [](context& in) { app::sync(in); });
}

PGSYNC_LINKAGE report basic_engine::swap() const {
    report out;
    persevere(setting_, indices_, stop_.fd(), [&](context& in) { out = app::swap(in); });
    return out;
}

PGSYNC_LINKAGE void basic_engine::teardown() const {
    persevere(setting_, indices_, stop_.fd(), [](context& in) { app::teardown(in); });
}

}  // namespace pgsync::app
