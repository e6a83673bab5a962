#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

#include <pgsync/base/in_order_ledger.hpp>
#include <pgsync/base/metrics.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/queue/change_queue.hpp>

namespace pgsync::queue {

/// Decides up to which position the slot may be confirmed. It passes a batch only when that batch and all
/// before it are done and everything read for them is on the database's disk. A commit under
/// `synchronous_commit = off` is visible before it is flushed. If the database crashed in between, its row
/// would exist only in the index, and only a repetition of the batch would correct that.
class commit_tracker {
  public:
    explicit commit_tracker(metrics::registry& counts = metrics::null_registry()) : counts_(counts) {}

    /// Announces the next batch and returns its ticket. Called in the order in which batches are taken. For
    /// metrics: `oldest_us` is when the oldest of its changes committed, `commits` are the commit times of
    /// the transactions that end in it; both in microseconds since 2000, 0 if unknown.
    std::uint64_t open(postgres::lsn end, std::int64_t oldest_us = 0,
                       std::vector<std::int64_t> commits = {}) {
        const std::lock_guard lock(mutex_);
        return batches_.open({end, {}, oldest_us, std::move(commits)});
    }

    /// Records that one more transaction ends in the batch opened last.
    void also_ends(std::int64_t committed_us) {
        const std::lock_guard lock(mutex_);
        if (batches_.is_last_done()) {
            measure(committed_us, metrics::microseconds_since_2000());
        } else {
            batches_.back().commits.push_back(committed_us);
        }
    }

    /// Records that the cluster has acknowledged all of the batch. What was read for it is durable once WAL
    /// is flushed up to `durable`.
    void done(std::uint64_t ticket, postgres::lsn durable) {
        const std::lock_guard lock(mutex_);
        auto& finished = batches_[ticket];
        finished.durable = durable;
        batches_.done(ticket);
        const auto now = metrics::microseconds_since_2000();
        for (const auto committed : finished.commits) measure(committed, now);
        finished.commits = {};
    }

    /// Leaves the batch undone, to be repeated at the next start: neither it nor any later one will be
    /// confirmed.
    void give_up(std::uint64_t ticket) {
        const std::lock_guard lock(mutex_);
        given_up_ = std::min(given_up_, ticket);
    }

    /// Returns the position that may be confirmed. `flushed` is how far the server's WAL is known to be on
    /// disk. `idle` is how far the stream was read if no changes are waiting in the queue, and 0 otherwise.
    [[nodiscard]] postgres::lsn confirmed(postgres::lsn flushed, postgres::lsn idle) {
        const std::lock_guard lock(mutex_);
        batches_.advance([&](std::uint64_t ticket,
                             const entry& each) { return ticket < given_up_ && each.durable <= flushed; },
                         [&](const entry& each) { confirmed_ = std::max(confirmed_, each.end); });
        if (batches_.empty() && idle > confirmed_) confirmed_ = idle;
        return confirmed_;
    }

    /// Returns true while a batch is not confirmed yet, but will be.
    [[nodiscard]] bool outstanding() const {
        const std::lock_guard lock(mutex_);
        return !batches_.empty() && batches_.first() < given_up_;
    }

    /// Returns what is not fully acknowledged by the cluster; `waiting` is 0.
    [[nodiscard]] backlog undone() const {
        backlog out;
        const std::lock_guard lock(mutex_);
        out.unconfirmed = batches_.size();
        batches_.each_undone([&](const entry& each) {
            ++out.batches;
            if (out.oldest_us == 0) out.oldest_us = each.oldest_us;
        });
        return out;
    }

  private:
    struct entry {
        postgres::lsn end;
        postgres::lsn durable;
        std::int64_t oldest_us = 0;
        std::vector<std::int64_t> commits;
    };

    /// Observes the latency of one commit; never negative, although two machines' clocks may differ.
    void measure(std::int64_t committed_us, std::int64_t now_us) {
        counts_.latency.observe(static_cast<double>(std::max<std::int64_t>(now_us - committed_us, 0)) / 1e6);
    }

    metrics::registry& counts_;
    mutable std::mutex mutex_;
    in_order_ledger<entry> batches_;
    std::uint64_t given_up_ = std::numeric_limits<std::uint64_t>::max();  ///< lowest ticket given up
    postgres::lsn confirmed_;
};

}  // namespace pgsync::queue
