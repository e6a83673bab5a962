#pragma once

#include <string>

#include <pgsync/app/context.hpp>
#include <pgsync/app/index_state.hpp>
#include <pgsync/error.hpp>
#include <pgsync/postgres/publication_facts.hpp>
#include <pgsync/postgres/slot_facts.hpp>
#if defined(PGSYNC_COMPILED)
#include <pgsync/stream/follow.hpp>
#else
#include <pgsync/stream/follower.hpp>
#endif

namespace pgsync::app {

namespace detail {

/// What must be there before anything is followed.
inline postgres::shape_report check_ready(context& in) {
    auto report = in.check_shapes();
    const auto& name = in.setting().name;
    for (const auto& index : in.indices()) {
        const auto state = find_index(in.search().client(), index, name);
        if (!state.exists) {
            throw error(errc::index, "index \"" + std::string(index.name) + "\" does not exist",
                        "run bootstrap first");
        }
        if (!state.loaded) {
            throw error(errc::index,
                        "the initial load of index \"" + std::string(index.name) + "\" is not finished",
                        "run bootstrap again: it resumes");
        }
    }
    const auto slot = postgres::read_slot(in.catalog(), name);
    if (!slot) {
        throw error(errc::replication,
                    "slot \"" + name + "\" does not exist, so changes since it was there are lost",
                    "run teardown, then bootstrap");
    }
    refuse_missing(setup_steps(report, postgres::read_publication(in.catalog(), name), slot, name,
                               in.catalog().server_version()));
    return report;
}

}  // namespace detail

/// Follows the database until asked to stop, or with `once` until caught up; errc::connection when a server
/// goes away.
inline void sync(context& in) {
    const auto report = detail::check_ready(in);
    stream::follow_settings setting;
    setting.database = in.setting().database;
    setting.slot = in.setting().name;
    setting.publication = in.setting().name;
    setting.once = in.setting().once;
    setting.stop_timeout = in.setting().stop_timeout;
    setting.page_size = in.setting().page_size;
    stream::follow(setting, report.bindings, in.clock(), in.batcher(), in.search().access(), in.stop_fd());
}

}  // namespace pgsync::app
