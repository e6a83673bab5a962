#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a running program counts about itself. The stages count here and do not know who reads the values or
/// in which format. Counting is an addition without a lock. Values that would cost more, such as the length
/// of a queue, are computed only when they are read: see probe.
namespace pgsync::metrics {

/// A number that only grows.
class counter {
  public:
    void add(std::uint64_t count = 1) noexcept { value_.fetch_add(count, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};

/// A number that goes up and down; -1 while it is unknown.
class gauge {
  public:
    void set(std::int64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
    [[nodiscard]] std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::int64_t> value_{-1};
};

/// Counts observed values in buckets with inclusive upper bounds.
class histogram {
  public:
    /// `bounds` are in ascending order. One more bucket counts the values above the last bound.
    explicit histogram(std::vector<double> bounds)
        : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

    void observe(double value) noexcept {
        const auto at = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
        counts_[static_cast<std::size_t>(at)].fetch_add(1, std::memory_order_relaxed);
        sum_.fetch_add(value, std::memory_order_relaxed);
    }

    [[nodiscard]] const std::vector<double>& bounds() const noexcept { return bounds_; }
    /// Returns the observations in bucket `at` alone; smaller buckets are not included.
    [[nodiscard]] std::uint64_t count(std::size_t at) const noexcept {
        return counts_[at].load(std::memory_order_relaxed);
    }
    [[nodiscard]] double sum() const noexcept { return sum_.load(std::memory_order_relaxed); }

  private:
    std::vector<double> bounds_;
    std::vector<std::atomic<std::uint64_t>> counts_;
    std::atomic<double> sum_{0};
};

/// What the program is doing.
enum class phase : std::uint8_t {
    starting,     ///< connecting, comparing shapes with the database
    loading,      ///< bootstrap, or a full re-read
    standing_by,  ///< another program is reading the slot
    following,
    away,  ///< a server is unreachable: it keeps retrying
    stopping,
    done,    ///< the command has ended
    failed,  ///< permanently
};

/// A problem, or something that must be repaired before the program continues.
struct condition {
    std::string name;   ///< its kind: `table_replaced`
    bool error = true;  ///< documents are wrong or will be; false: a warning
    std::string text;
};

struct index_counts {
    explicit index_counts(std::string called) : name(std::move(called)) {}

    std::string name;  ///< its alias
    counter written;   ///< documents the cluster accepted
    counter deleted;   ///< deletes the cluster acknowledged, whether the document existed or not
    counter dead_letters;
    gauge rows_loaded;   ///< root rows that the initial load has finished
    gauge rows_to_load;  ///< estimated total for `rows_loaded`
};

/// How much is waiting in each place at one moment.
struct depths {
    std::uint64_t gathered = 0;  ///< keys and join keys waiting to be loaded
    std::uint64_t batches = 0;   ///< batches handed out that the cluster has not fully acknowledged
    std::uint64_t bulks = 0;     ///< on their way to the cluster
    /// Commit time of the oldest change that is not in the index yet, in µs since 2000-01-01; 0: none.
    std::int64_t oldest_us = 0;
};

/// Returns the current time as WAL stores commit times: microseconds since 2000-01-01 UTC.
[[nodiscard]] inline std::int64_t microseconds_since_2000() {
    constexpr std::chrono::seconds from_unix{946'684'800};
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::system_clock::now().time_since_epoch() - from_unix)
        .count();
}

class registry {
  public:
    /// `names` of the indices.
    explicit registry(std::span<const std::string_view> names = {}) {
        for (const auto name : names) indices.emplace_back(std::string(name));
    }
    registry(const registry&) = delete;
    registry& operator=(const registry&) = delete;

    // ---- reading WAL
    counter transactions;  ///< fully read
    counter changes;       ///< row changes of replicated tables, and TRUNCATEs
    /// Seconds from a commit, by the database's clock, until the cluster had acknowledged every document that
    /// the transaction affected (the last one, if they were in several batches), by this machine's clock. One
    /// observation per transaction that affected any document.
    histogram latency{{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1'800}};
    gauge log_end;         ///< of the server; all positions are in bytes
    gauge written;         ///< everything before this position is in the indices
    gauge slot_confirmed;  ///< as the server reports it
    gauge slot_restart;    ///< from where the server keeps WAL for the slot

    // ---- writing documents
    std::deque<index_counts> indices;
    counter retries;    ///< bulks sent again, fully or in part
    counter refused;    ///< bulks that the cluster refused fully or in part because it is overloaded (429)
    counter conflicts;  ///< writes that arrived after a newer one of the same document (409): harmless
    histogram bulk_bytes{{1e3, 1e4, 1e5, 1e6, 2.5e6, 5e6, 1e7, 2e7, 1e8}};
    histogram bulk_documents{{1, 10, 100, 500, 1'000, 2'500, 5'000, 10'000, 50'000}};
    histogram bulk_seconds{{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60}};

    // ---- the program
    counter reconnects;
    gauge database_up;  ///< whether it answered at the last check, 1 or 0
    gauge cluster_up;

    void enter(phase now) noexcept { phase_.store(now); }
    [[nodiscard]] phase at() const noexcept { return phase_.load(); }

    /// Call from the thread that reads WAL, once per iteration.
    void beat() noexcept { beat_.store(steady_seconds(), std::memory_order_relaxed); }
    [[nodiscard]] std::chrono::seconds since_beat() const noexcept {
        return std::chrono::seconds(steady_seconds() - beat_.load(std::memory_order_relaxed));
    }

    /// Who reports conditions: the running command, immediately, and the monitor, every few seconds.
    enum class observer : std::uint8_t { command, monitor };
    /// Replaces the conditions that `by` reported before.
    void set_conditions(observer by, std::vector<condition> now) {
        const std::lock_guard lock(mutex_);
        (by == observer::command ? of_command_ : of_monitor_) = std::move(now);
    }
    /// Returns the conditions of all observers without duplicates, errors first.
    [[nodiscard]] std::vector<condition> conditions() const {
        const std::lock_guard lock(mutex_);
        std::vector<condition> all = of_command_;
        for (const auto& each : of_monitor_) {
            const auto same = [&](const condition& known) { return known.text == each.text; };
            if (std::none_of(all.begin(), all.end(), same)) all.push_back(each);
        }
        std::stable_partition(all.begin(), all.end(), [](const condition& each) { return each.error; });
        return all;
    }

    /// Sets the slot that the program is working with now.
    void watch_slot(const std::string& name) {
        const std::lock_guard lock(mutex_);
        slot_ = name;
    }
    [[nodiscard]] std::string slot() const {
        const std::lock_guard lock(mutex_);
        return slot_;
    }

    /// Returns the counts of the index with that name, or nullptr if there is none.
    [[nodiscard]] index_counts* find(std::string_view name) noexcept {
        for (auto& each : indices) {
            if (each.name == name) return &each;
        }
        return nullptr;
    }

    [[nodiscard]] depths look() const {
        depths sum;
        const std::lock_guard lock(mutex_);
        for (const auto& each : probes_) each(sum);
        return sum;
    }

  private:
    friend class probe;

    static std::int64_t steady_seconds() noexcept {
        return std::chrono::duration_cast<std::chrono::seconds>(
                   std::chrono::steady_clock::now().time_since_epoch())
            .count();
    }

    std::atomic<phase> phase_{phase::starting};
    std::atomic<std::int64_t> beat_{0};
    mutable std::mutex mutex_;
    std::list<std::function<void(depths&)>> probes_;
    std::string slot_;
    std::vector<condition> of_command_;
    std::vector<condition> of_monitor_;
};

/// Adds to the result of registry::look() as long as it lives. `look` may be called from any thread.
class probe {
  public:
    probe(registry& of, std::function<void(depths&)> look) : registry_(of) {
        const std::lock_guard lock(registry_.mutex_);
        at_ = registry_.probes_.insert(registry_.probes_.end(), std::move(look));
    }
    ~probe() {
        const std::lock_guard lock(registry_.mutex_);
        registry_.probes_.erase(at_);
    }
    probe(const probe&) = delete;
    probe& operator=(const probe&) = delete;

  private:
    registry& registry_;
    std::list<std::function<void(depths&)>>::iterator at_;
};

/// Returns a registry that is never read, for callers that were given none.
[[nodiscard]] inline registry& null_registry() {
    static registry unread;
    return unread;
}

/// Returns the registry that was given, or one that is never read.
[[nodiscard]] inline registry& registry_of(const std::shared_ptr<registry>& given) {
    return given ? *given : null_registry();
}

}  // namespace pgsync::metrics
