#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a running program counts of itself, for whoever shows it. The stages count here and know nothing of
/// who reads, nor of any format. Counting is an addition without a lock; what would cost more, such as the
/// length of a queue, is asked for when somebody looks: see probe.
namespace pgsync::metrics {

/// Only ever grows.
class counter {
  public:
    void add(std::uint64_t count = 1) noexcept { value_.fetch_add(count, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};

/// Goes up and down; -1 as long as nobody knows.
class gauge {
  public:
    void set(std::int64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
    [[nodiscard]] std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::int64_t> value_{-1};
};

/// How often something was at most so large.
class histogram {
  public:
    /// `bounds` in ascending order; whatever is above the last one has a place of its own.
    explicit histogram(std::vector<double> bounds)
        : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

    void observe(double value) noexcept {
        const auto at = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
        counts_[static_cast<std::size_t>(at)].fetch_add(1, std::memory_order_relaxed);
        sum_.fetch_add(value, std::memory_order_relaxed);
    }

    [[nodiscard]] const std::vector<double>& bounds() const noexcept { return bounds_; }
    /// Observations in place `at` alone, without those of the smaller ones.
    [[nodiscard]] std::uint64_t count(std::size_t at) const noexcept {
        return counts_[at].load(std::memory_order_relaxed);
    }
    [[nodiscard]] double sum() const noexcept { return sum_.load(std::memory_order_relaxed); }

  private:
    std::vector<double> bounds_;
    std::vector<std::atomic<std::uint64_t>> counts_;
    std::atomic<double> sum_{0};
};

/// What a program is at.
enum class phase : std::uint8_t {
    starting,     ///< connecting, comparing shapes with the database
    loading,      ///< bootstrap, or everything is read again
    standing_by,  ///< another program follows the slot
    following,
    away,  ///< a server is away: it tries again and again
    stopping,
    done,    ///< the command came to its end
    failed,  ///< for good
};

/// Something that is not as it should be, or has to be made right before the program goes on.
struct condition {
    std::string name;   ///< what kind it is: `table_replaced`
    bool error = true;  ///< documents are wrong or will be; else it is a warning
    std::string text;
};

struct index_counts {
    explicit index_counts(std::string called) : name(std::move(called)) {}

    std::string name;  ///< of the alias
    counter written;   ///< documents that the cluster took
    counter deleted;   ///< deletes that it acknowledged, whether there was a document or not
    counter dead_letters;
    gauge rows_loaded;   ///< root rows that the initial load is done with
    gauge rows_to_load;  ///< of about so many
};

/// What waits somewhere at one moment.
struct depths {
    std::uint64_t gathered = 0;  ///< keys and links that wait to be loaded
    std::uint64_t batches = 0;   ///< works handed out that the cluster has not acknowledged whole
    std::uint64_t bulks = 0;     ///< on their way to the cluster
    std::int64_t oldest_us =
        0;  ///< when the oldest change committed that is not in the index; 0: there is none
};

/// As transactions in the log have it.
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

    // ---- reading the log
    counter transactions;  ///< read whole
    counter changes;       ///< of rows of the tables that are followed, and TRUNCATEs
    /// Seconds from a commit, by the database's clock, to the moment when the cluster had acknowledged every
    /// document it concerned (of one in several works: of the last), by this machine's. One observation a
    /// transaction that concerned any.
    histogram latency{{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1'800}};
    gauge log_end;         ///< of the server, all positions in bytes
    gauge written;         ///< whatever is before this position is in the indices
    gauge slot_confirmed;  ///< as the server has it
    gauge slot_restart;    ///< where the server keeps its log from

    // ---- writing documents
    std::deque<index_counts> indices;
    counter retries;    ///< bulks sent again, whole or in part
    counter refused;    ///< bulks of which the cluster refused some or all, having too much to do (429)
    counter conflicts;  ///< writes that came after a newer one of the same document (409), which is harmless
    histogram bulk_bytes{{1e3, 1e4, 1e5, 1e6, 2.5e6, 5e6, 1e7, 2e7, 1e8}};
    histogram bulk_documents{{1, 10, 100, 500, 1'000, 2'500, 5'000, 10'000, 50'000}};
    histogram bulk_seconds{{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60}};

    // ---- the program
    counter reconnects;
    gauge database_up;  ///< whether it answered when it was last looked for, 1 or 0
    gauge cluster_up;

    void enter(phase now) noexcept { phase_.store(now); }
    [[nodiscard]] phase at() const noexcept { return phase_.load(); }

    /// The thread that reads the log has come round once more.
    void beat() noexcept { beat_.store(steady_seconds(), std::memory_order_relaxed); }
    [[nodiscard]] std::chrono::seconds since_beat() const noexcept {
        return std::chrono::seconds(steady_seconds() - beat_.load(std::memory_order_relaxed));
    }

    /// Who reports what is not in order: the running command, at once, and the monitor, every few seconds.
    enum class observer : std::uint8_t { command, monitor };
    /// What `by` finds not in order now, in place of what it found before.
    void set_conditions(observer by, std::vector<condition> now) {
        const std::lock_guard lock(mutex_);
        (by == observer::command ? of_command_ : of_monitor_) = std::move(now);
    }
    /// What anybody finds not in order, each once, errors first.
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

    /// The slot that the program is about just now.
    void watch_slot(const std::string& name) {
        const std::lock_guard lock(mutex_);
        slot_ = name;
    }
    [[nodiscard]] std::string slot() const {
        const std::lock_guard lock(mutex_);
        return slot_;
    }

    /// nullptr where there is none of that name.
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

/// Adds to what registry::look() finds, as long as it lives. Called from any thread.
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

/// For whoever was given none.
[[nodiscard]] inline registry& nowhere() {
    static registry unread;
    return unread;
}

}  // namespace pgsync::metrics
