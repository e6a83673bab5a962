#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pgsync/base/metrics.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/queue/batch.hpp>
#include <pgsync/queue/change_queue.hpp>
#include <pgsync/queue/commit_tracker.hpp>
#include <pgsync/queue/receipt.hpp>

namespace pgsync::queue {

/// How much may wait in a queue.
struct queue_limits {
    std::size_t entries = 50'000;   ///< keys and join keys together
    std::size_t bytes = 8U << 20U;  ///< of their text
};

/// The change_queue within one process. Changes wait, coalesced by root key, while the loader is busy. Batch
/// sizes depend on the load: when the loader asks, it gets all that is waiting, after a commit, or earlier if
/// a transaction exceeds the limits. If more is waiting than the loader wants, it gets the oldest: a key that
/// changes again while it waits is still read once. Nothing survives the process: the slot has what was not
/// confirmed.
class memory_queue {
  public:
    /// `routes` holds the number of routes of each index; `counts` gets the latency of commits.
    explicit memory_queue(std::vector<std::size_t> routes, queue_limits limit = {},
                          metrics::registry& counts = metrics::null_registry())
        : routes_(std::move(routes)), limit_(limit), tracker_(std::make_shared<commit_tracker>(counts)) {
        pending_ = fresh();
    }

    /// Begins a transaction. `committed` is where its commit record begins; `time_us` is when it committed,
    /// in microseconds since 2000, 0 if not known yet.
    void begin(std::uint32_t xid, postgres::lsn committed, std::int64_t time_us = 0) {
        const std::lock_guard lock(mutex_);
        xid_ = xid;
        xid_committed_ = committed;
        xid_time_us_ = time_us;
        xid_noted_ = xid_counts_ = false;
    }

    void add_key(std::size_t index, const std::string& key) {
        const std::lock_guard lock(mutex_);
        insert_key(index, key);
    }

    /// Adds a root row whose document was written, or is to be written, with this routing.
    void add_key(std::size_t index, const std::string& key, std::string_view routing) {
        // Both under one lock: a key taken without its routing would leave a document where it no longer
        // belongs.
        const std::lock_guard lock(mutex_);
        insert_key(index, key);
        if (pending_.indices[index].routings[key].emplace(routing).second) grow(key.size() + routing.size());
    }

    void add_join_key(std::size_t index, std::size_t route, const std::string& join_key) {
        const std::lock_guard lock(mutex_);
        note_change();
        const auto [at, added] = pending_.indices[index].join_keys[route].insert(join_key);
        if (added) wait_in_line(index, route, *at);
    }

    /// Calls index_batch::invalidate().
    void invalidate(std::size_t index, const compiled_index& of, std::size_t route) {
        const std::lock_guard lock(mutex_);
        note_change();
        pending_.indices[index].invalidate(of, route);
    }

    /// Makes the loader read every root row again.
    void reload(std::size_t index) {
        const std::lock_guard lock(mutex_);
        note_change();
        pending_.indices[index].reload = true;
    }

    /// Makes the loader check whether the transaction truncated a table, which WAL does not show.
    void check_storage() {
        const std::lock_guard lock(mutex_);
        note_transaction();
        pending_.check_storage = true;
    }

    /// Records that everything before `position` has been added. Called at a commit, with its time as in
    /// begin(), and for keepalives between transactions.
    void reached(postgres::lsn position, std::int64_t time_us = 0) {
        const std::lock_guard lock(mutex_);
        if (std::exchange(xid_counts_, false) && time_us != 0) {
            if (pending_.empty()) {
                tracker_->also_ends(time_us);  // all of it was taken before its commit was read
            } else {
                commits_.push_back({position, time_us});
            }
        }
        if (position > position_) position_ = position;
        committed_ = true;
        changed_.notify_all();
    }

    [[nodiscard]] postgres::lsn position() const {
        const std::lock_guard lock(mutex_);
        return position_;
    }

    /// Returns the position up to which the slot may be confirmed, given how far the server's WAL is known to
    /// be on disk.
    [[nodiscard]] postgres::lsn confirmed(postgres::lsn flushed) {
        // Under the same lock as take(): a change is always either pending or in a batch that is open.
        const std::lock_guard lock(mutex_);
        return tracker_->confirmed(flushed, pending_.empty() ? position_ : postgres::lsn{});
    }

    /// Waits until the queue is below its limits or closed. Returns false if it is neither after `timeout`.
    [[nodiscard]] bool wait_for_room(std::chrono::milliseconds timeout) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, timeout, [&] { return !full() || closed_; });
    }

    /// Returns the next batch, of at most `most` keys and join keys; nothing if none was ready within
    /// `timeout`, or after close(). The receipt may outlive the queue.
    [[nodiscard]] std::optional<delivery> take(std::chrono::milliseconds timeout,
                                               std::size_t most = std::numeric_limits<std::size_t>::max()) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, timeout, [&] { return closed_ || ready(); });
        if (closed_ || !ready()) return std::nullopt;
        batch result = line_.size() <= most ? take_all() : take_oldest(most);
        const auto oldest = oldest_us();
        std::vector<std::int64_t> commits;
        while (!commits_.empty() && commits_.front().end <= result.end) {
            commits.push_back(commits_.front().time_us);
            commits_.pop_front();
        }
        const auto ticket = tracker_->open(result.end, oldest, std::move(commits));
        // If a transaction was cut here, its remaining changes need it visible as well.
        xid_noted_ = false;
        changed_.notify_all();
        const auto settled = [to = tracker_, ticket](std::optional<postgres::lsn> durable) {
            if (durable) {
                to->done(ticket, *durable);
            } else {
                to->give_up(ticket);
            }
        };
        return delivery{std::move(result), std::make_shared<receipt>(settled)};
    }

    /// Returns true if nothing is waiting and every batch is confirmed.
    [[nodiscard]] bool idle() const {
        const std::lock_guard lock(mutex_);
        return pending_.empty() && !tracker_->outstanding();
    }

    /// Returns true while a batch that was taken is neither confirmed nor given up.
    [[nodiscard]] bool outstanding() const { return tracker_->outstanding(); }

    [[nodiscard]] queue::backlog backlog() const {
        const std::lock_guard lock(mutex_);
        queue::backlog out = tracker_->undone();
        out.waiting = entries_;
        // Batches are older than what is waiting.
        if (out.oldest_us == 0 && !pending_.empty()) out.oldest_us = oldest_us();
        return out;
    }

    [[nodiscard]] bool closed() const {
        const std::lock_guard lock(mutex_);
        return closed_;
    }

    /// Makes take() return nothing from now on: what is left is neither loaded nor confirmed.
    void close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        changed_.notify_all();
    }

  private:
    [[nodiscard]] batch fresh() const {
        batch result;
        result.indices.resize(routes_.size());
        for (std::size_t i = 0; i < routes_.size(); ++i) result.indices[i].join_keys.resize(routes_[i]);
        return result;
    }
    batch take_all() {
        batch result = std::exchange(pending_, fresh());
        result.end = position_;
        line_.clear();
        entries_ = bytes_ = 0;
        committed_ = false;
        return result;
    }
    /// Everything else that is pending goes into the batch: it may be done early, and what stays behind is
    /// read in a later snapshot, which sees all that this one must see.
    batch take_oldest(std::size_t most) {
        batch result = fresh();
        result.xids.swap(pending_.xids);
        std::swap(result.committed, pending_.committed);
        std::swap(result.check_storage, pending_.check_storage);
        for (std::size_t i = 0; i < routes_.size(); ++i) {
            std::swap(result.indices[i].rescan_index, pending_.indices[i].rescan_index);
            std::swap(result.indices[i].reload, pending_.indices[i].reload);
        }
        for (std::size_t taken = 0; taken < most; ++taken) {
            const auto next = line_.front();
            line_.pop_front();
            auto& from = pending_.indices[next.index];
            auto& to = result.indices[next.index];
            shrink(next.text->size());
            if (next.route != no_route) {
                to.join_keys[next.route].insert(from.join_keys[next.route].extract(*next.text));
                continue;
            }
            if (auto known = from.routings.extract(*next.text)) {
                for (const auto& routing : known.mapped()) shrink(next.text->size() + routing.size());
                to.routings.insert(std::move(known));
            }
            to.keys.insert(from.keys.extract(*next.text));
        }
        // Everything added before the oldest entry that stays has been taken by now.
        result.end = line_.front().reached;
        return result;
    }

    void insert_key(std::size_t index, const std::string& key) {
        note_change();
        const auto [at, added] = pending_.indices[index].keys.insert(key);
        if (added) wait_in_line(index, no_route, *at);
    }
    void wait_in_line(std::size_t index, std::size_t route, const std::string& text) {
        line_.push_back({position_, index, route, &text});
        grow(text.size());
    }
    [[nodiscard]] std::int64_t oldest_us() const {
        return commits_.empty() ? xid_time_us_ : commits_.front().time_us;
    }
    void note_change() {
        xid_counts_ = true;
        note_transaction();
    }
    void note_transaction() {
        if (xid_noted_) return;
        pending_.xids.push_back(xid_);
        pending_.committed = std::max(pending_.committed, xid_committed_);
        xid_noted_ = true;
    }
    void grow(std::size_t text) {
        ++entries_;
        bytes_ += text;
        if (full()) changed_.notify_all();
    }
    void shrink(std::size_t text) {
        --entries_;
        bytes_ -= text;
    }
    [[nodiscard]] bool full() const {
        return entries_ >= limit_.entries || bytes_ >= limit_.bytes || pending_.xids.size() >= limit_.entries;
    }
    [[nodiscard]] bool ready() const { return !pending_.empty() && (committed_ || full()); }

    static constexpr std::size_t no_route = std::numeric_limits<std::size_t>::max();
    /// A key or join key of `pending_`. Its text has a stable address as long as it is in its set.
    struct in_line {
        postgres::lsn reached;  ///< stream position when it was added: earlier changes were added before it
        std::size_t index;
        std::size_t route;  ///< no_route: a key
        const std::string* text;
    };

    /// A transaction that has ended, with changes still waiting.
    struct ended {
        postgres::lsn end;
        std::int64_t time_us;
    };

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::size_t> routes_;
    queue_limits limit_;
    std::shared_ptr<commit_tracker> tracker_;  ///< shared with receipts, which may outlive this object
    batch pending_;
    std::deque<in_line> line_;  ///< the keys and join keys of `pending_`, in the order of their first change
    std::size_t entries_ = 0;
    std::size_t bytes_ = 0;
    postgres::lsn position_;
    std::uint32_t xid_ = 0;
    postgres::lsn xid_committed_;
    std::int64_t xid_time_us_ = 0;
    bool xid_noted_ = false;
    bool xid_counts_ = false;    ///< some change of it was added, to this or an earlier batch
    std::deque<ended> commits_;  ///< in WAL order
    bool committed_ = false;     ///< a transaction has ended since everything was last taken
    bool closed_ = false;
};

static_assert(change_queue<memory_queue>);

}  // namespace pgsync::queue
