#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <pgsync/base/error.hpp>
#include <pgsync/base/linkage.hpp>
#include <pgsync/base/stop_deadline.hpp>
#include <pgsync/base/stop_request.hpp>
#include <pgsync/catalog/binding.hpp>
#include <pgsync/catalog/table_storage.hpp>
#include <pgsync/pipeline/document_loader.hpp>
#include <pgsync/pipeline/follow.hpp>
#include <pgsync/pipeline/index_access.hpp>
#include <pgsync/pipeline/postgres_changes.hpp>
#include <pgsync/pipeline/postgres_source.hpp>
#include <pgsync/pipeline/read_transaction.hpp>
#include <pgsync/pipeline/storage_watch.hpp>
#include <pgsync/pipeline/sync_pipeline.hpp>
#include <pgsync/pipeline/wait_until_written.hpp>
#include <pgsync/pipeline/write_counts.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/queue/batch.hpp>
#include <pgsync/queue/memory_queue.hpp>
#include <pgsync/queue/receipt.hpp>
#include <pgsync/sink/elastic/batcher.hpp>

/// Connects the stages of the pipeline with PostgreSQL and the cluster.
namespace pgsync::pipeline {

using loader = document_loader<postgres_source, elastic::batcher>;

namespace detail {

inline std::vector<std::size_t> route_counts(std::span<const postgres::index_binding> indices) {
    std::vector<std::size_t> counts;
    for (const auto& each : indices) counts.push_back(each.routes.size());
    return counts;
}

}  // namespace detail

PGSYNC_LINKAGE void follow(const follow_settings& setting, std::span<const postgres::index_binding> indices,
                           postgres::version_clock& clock, document_sinks<elastic::batcher> sinks,
                           const index_access& cluster, int stop_fd) {
    stop_request abandon;  // ends every wait for the database and cancels what it waits for
    const stop_deadline overdue(stop_fd, setting.stop_timeout + std::chrono::seconds(2), abandon);
    postgres_changes changes({setting.database, setting.identity, setting.slot, setting.publication}, indices,
                             abandon.fd());
    const auto connect = [&] {
        return std::make_unique<postgres_source>(
            std::make_unique<postgres::session>(setting.read_from, abandon.fd()), indices, clock);
    };
    const auto documents = connect();
    const auto started = [&](postgres::lsn flushed) {
        if (setting.read_from != setting.database) clock.read_from_standby(flushed);
    };
    queue::memory_queue changed(detail::route_counts(indices), {}, *setting.counts);
    sync_pipeline<postgres_changes, queue::memory_queue, postgres_source, elastic::batcher>(
        setting, indices, changes, changed, *documents, std::move(sinks), cluster,
        {connect, started, [&] { abandon.request(); }})
        .run(stop_fd);
}

PGSYNC_LINKAGE void remove_orphans(const std::string& read_from,
                                   std::span<const postgres::index_binding> indices, std::size_t index,
                                   std::uint64_t below, postgres::version_clock& clock,
                                   elastic::batcher& batcher, const index_access& cluster,
                                   const std::function<bool()>& stopped, int stop_fd) {
    postgres::session documents(read_from, stop_fd);
    postgres_source source(documents, indices, clock);
    loader remover(source, indices, batcher, cluster, {}, stopped);
    batcher.begin_job([] {});
    const auto durable = remover.remove_orphans(index, below);
    batcher.end_job();
    cluster.drain();
    batcher.rethrow_failure();
    // A row that was not found must stay deleted even if the server crashes now.
    postgres::wait_until_flushed(documents, durable, [] {});
}

PGSYNC_LINKAGE write_counts refresh(const std::string& read_from,
                                    std::span<const postgres::index_binding> indices, std::size_t page_size,
                                    postgres::version_clock& clock, elastic::batcher& batcher,
                                    const index_access& cluster,
                                    const std::function<std::optional<queue::batch>()>& next,
                                    const std::function<bool()>& stopped, int stop_fd) {
    postgres::session documents(read_from, stop_fd);
    postgres_source source(documents, indices, clock);
    std::optional<postgres_source> held;
    loader::settings setting;
    setting.page_size = page_size;
    loader reader(source, indices, batcher, cluster, setting, stopped);
    storage_watch storage(indices, std::vector<postgres::table_storage>(indices.size()));
    postgres::lsn durable;
    const auto written = std::make_shared<queue::receipt>();
    batcher.begin_job([written] { written->part_done(); });
    while (auto todo = next()) {
        std::vector<fan_out> fan_outs;
        const loader::fan_out_handler later{[&](fan_out&& route) { fan_outs.push_back(std::move(route)); },
                                            [] {}};
        std::vector<std::pair<std::size_t, std::uint64_t>> reloaded;
        for (std::size_t i = 0; i < todo->indices.size(); ++i) {
            if (todo->indices[i].reload) reloaded.emplace_back(i, reader.next_version());
        }
        durable = std::max(durable, reader.load(std::move(*todo), storage, later).durable);
        for (const auto& route : fan_outs) {
            if (!held) held.emplace(std::make_unique<postgres::session>(read_from, stop_fd), indices, clock);
            durable = std::max(durable, reader.load_fan_out(route, *held));
        }
        for (const auto& [index, version] : reloaded)
            durable = std::max(durable, reader.remove_orphans(index, version));
    }
    batcher.end_job();
    cluster.drain();
    // Dead letters are written after their bulk.
    wait_until_written(*written, batcher, [&] {
        if (stopped()) throw error(errc::interrupted, "stopped while documents were written");
    });
    postgres::wait_until_flushed(documents, durable, [] {});
    return reader.done();
}

}  // namespace pgsync::pipeline
