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

namespace pgsync::pipeline {

/// Decides how far the slot may be confirmed: past a work only when it and every earlier one is done, and
/// only when all that was read for it is on the database's disk. A commit under `synchronous_commit = off` is
/// visible before it is flushed; had the database crashed between, its row would be in the index and nowhere
/// else, and nothing but a repeat of the work would correct it.
class acknowledger {
  public:
    explicit acknowledger(metrics::registry& counts = metrics::nowhere()) : counts_(counts) {}

    /// Announces the next work, in the order they are taken; returns its ticket. To be measured with:
    /// `oldest_us`, when the oldest of its changes committed, and `commits`, when the transactions did that
    /// end in it, in microseconds since 2000, 0 for unknown.
    std::uint64_t open(postgres::lsn end, std::int64_t oldest_us = 0,
                       std::vector<std::int64_t> commits = {}) {
        const std::lock_guard lock(mutex_);
        return works_.open({end, {}, oldest_us, std::move(commits)});
    }

    /// One more transaction ends in the work that was opened last.
    void also_ends(std::int64_t committed_us) {
        const std::lock_guard lock(mutex_);
        if (works_.is_last_done()) {
            measure(committed_us, metrics::microseconds_since_2000());
        } else {
            works_.back().commits.push_back(committed_us);
        }
    }

    /// Everything of the work is acknowledged by the cluster; what was read for it is durable once the log is
    /// flushed as far as `durable`.
    void done(std::uint64_t ticket, postgres::lsn durable) {
        const std::lock_guard lock(mutex_);
        auto& finished = works_[ticket];
        finished.durable = durable;
        works_.done(ticket);
        const auto now = metrics::microseconds_since_2000();
        for (const auto committed : finished.commits) measure(committed, now);
        finished.commits = {};
    }

    /// The work is left undone, to be repeated at the next start: neither it nor any later one is ever
    /// confirmed.
    void give_up(std::uint64_t ticket) {
        const std::lock_guard lock(mutex_);
        given_up_ = std::min(given_up_, ticket);
    }
    [[nodiscard]] bool is_given_up(std::uint64_t ticket) const {
        const std::lock_guard lock(mutex_);
        return ticket >= given_up_;
    }

    [[nodiscard]] bool is_done(std::uint64_t ticket) const {
        const std::lock_guard lock(mutex_);
        return works_.is_done(ticket);
    }

    /// What may be confirmed. `flushed`: how far the server's log is known to be on disk. `idle`: how far the
    /// stream was read with nothing gathered and not handed out, or 0 when something is.
    [[nodiscard]] postgres::lsn confirmed(postgres::lsn flushed, postgres::lsn idle) {
        const std::lock_guard lock(mutex_);
        works_.advance([&](std::uint64_t ticket,
                           const entry& each) { return ticket < given_up_ && each.durable <= flushed; },
                       [&](const entry& each) { confirmed_ = std::max(confirmed_, each.end); });
        if (works_.empty() && idle > confirmed_) confirmed_ = idle;
        return confirmed_;
    }

    /// Is anything handed out that has not been confirmed, but will be?
    [[nodiscard]] bool outstanding() const {
        const std::lock_guard lock(mutex_);
        return !works_.empty() && works_.first() < given_up_;
    }

    [[nodiscard]] std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return works_.size();
    }

    struct backlog {
        std::size_t works = 0;       ///< of which the cluster has not acknowledged everything
        std::int64_t oldest_us = 0;  ///< see open()
    };
    [[nodiscard]] backlog undone() const {
        backlog out;
        const std::lock_guard lock(mutex_);
        works_.each_undone([&](const entry& each) {
            ++out.works;
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

    /// The clocks of two machines may differ.
    void measure(std::int64_t committed_us, std::int64_t now_us) {
        counts_.latency.observe(static_cast<double>(std::max<std::int64_t>(now_us - committed_us, 0)) / 1e6);
    }

    metrics::registry& counts_;
    mutable std::mutex mutex_;
    in_order_ledger<entry> works_;
    std::uint64_t given_up_ = std::numeric_limits<std::uint64_t>::max();  ///< the first of these
    postgres::lsn confirmed_;
};

}  // namespace pgsync::pipeline
