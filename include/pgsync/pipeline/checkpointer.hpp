#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <pgsync/base/error.hpp>
#include <pgsync/base/log.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/sink/elastic/refused_always.hpp>

namespace pgsync::pipeline {

/// Records each position in the indices before the slot is confirmed up to it. A slot that is ahead of the
/// position in its indices was therefore created again or read by another program, and changes are lost.
/// Checks before each record, and every few seconds if there is nothing to record, that what was verified at
/// the start still holds; the slot is thus confirmed only up to positions at which it did, unless the catalog
/// could not be reached. Has its own thread, so that a cluster or a catalog that does not answer cannot keep
/// the reading thread from answering the server.
class checkpointer {
  public:
    /// Records durably. May throw, and is then called again, except after errc::superseded or
    /// elastic::refused_always.
    using record_function = std::function<void(postgres::lsn)>;
    /// Returns if everything is as it was at the start, and throws errc::changed if not. Other errors lead to
    /// another call; until one succeeds nothing is recorded, except after errc::connection or errc::busy,
    /// which do not hold back the record.
    using check_function = std::function<void()>;

    struct settings {
        std::chrono::milliseconds record_every{10'000};  ///< no more often than this
        std::chrono::milliseconds check_every{2'000};    ///< at least this often
    };

    /// `ended` is called once, with an error after which nothing more is recorded: errc::superseded,
    /// errc::changed or elastic::refused_always.
    checkpointer(record_function record, check_function check, settings setting,
                 std::function<void(std::exception_ptr)> ended)
        : record_(std::move(record)),
          check_(std::move(check)),
          ended_(std::move(ended)),
          record_every_(setting.record_every),
          check_every_(setting.check_every),
          thread_([this] { run(); }) {}
    ~checkpointer() { close(); }
    checkpointer(const checkpointer&) = delete;
    checkpointer& operator=(const checkpointer&) = delete;

    /// Allows `position` to be recorded. Returns the position recorded so far.
    postgres::lsn want(postgres::lsn position) {
        const std::lock_guard lock(mutex_);
        if (position > wanted_) {
            wanted_ = position;
            changed_.notify_all();
        }
        return recorded_;
    }

    /// Shortens the pause before the next record to at most a second since the last one.
    void soon() {
        const std::lock_guard lock(mutex_);
        soon_ = true;
        changed_.notify_all();
    }

    /// Records without pauses from now on.
    void hurry() {
        const std::lock_guard lock(mutex_);
        record_every_ = std::chrono::milliseconds(0);
        changed_.notify_all();
    }

    /// Checks at once, because something may have changed.
    void check_now() {
        const std::lock_guard lock(mutex_);
        check_now_ = true;
        changed_.notify_all();
    }

    /// Stops recording. Waits for the attempt in progress.
    void close() {
        {
            const std::lock_guard lock(mutex_);
            closing_ = true;
            changed_.notify_all();
        }
        if (thread_.joinable()) thread_.join();
    }

  private:
    using clock = std::chrono::steady_clock;

    void run() {
        std::unique_lock lock(mutex_);
        std::optional<clock::time_point> last_record;
        auto last_check = clock::now();
        while (!closing_) {
            const auto now = clock::now();
            auto due = last_check + check_every_;
            if (wanted_ > recorded_) due = std::min(due, record_due(last_record, now));
            if (check_now_) due = now;
            if (now < due) {
                changed_.wait_until(lock, due);
                continue;
            }
            const bool recording = wanted_ > recorded_ && record_due(last_record, now) <= now;
            const auto position = wanted_;
            check_now_ = false;
            if (recording) soon_ = false;
            lock.unlock();
            const auto done = attempt(recording ? position : postgres::lsn{});
            lock.lock();
            if (done == outcome::ended) return;
            last_check = clock::now();
            if (recording) {
                if (done == outcome::done) recorded_ = std::max(recorded_, position);
                last_record = last_check;
            }
            // Even after hurry(), pause before trying again what was refused.
            if (done == outcome::refused)
                changed_.wait_for(lock, std::chrono::milliseconds(200), [&] { return closing_; });
        }
    }

    [[nodiscard]] clock::time_point record_due(const std::optional<clock::time_point>& last,
                                               clock::time_point now) const {
        constexpr std::chrono::milliseconds least(1'000);
        if (!last || record_every_.count() == 0) return now;
        return *last + (soon_ ? std::min(record_every_, least) : record_every_);
    }

    enum class outcome : std::uint8_t { done, refused, ended };

    void check() const {
        try {
            if (check_) check_();
        } catch (const error& problem) {
            // A server that is shutting down accepts no connections but waits until its last changes are
            // confirmed, so a check that cannot connect must not prevent the record.
            if (problem.code() != errc::connection && problem.code() != errc::busy) throw;
            log::debug("not checked: {}", problem.what());
        }
    }

    /// Checks, and records `position` unless it is 0.
    outcome attempt(postgres::lsn position) {
        try {
            check();
            if (position != postgres::lsn{}) record_(position);
            return outcome::done;
        } catch (const error& problem) {
            if (problem.code() == errc::superseded || problem.code() == errc::changed ||
                dynamic_cast<const elastic::refused_always*>(&problem) != nullptr) {
                ended_(std::current_exception());
                return outcome::ended;
            }
            if (problem.code() != errc::interrupted && problem.what() != last_problem_)
                log::warn("the slot cannot be confirmed yet: {}", problem.what());
            last_problem_ = problem.what();
            return outcome::refused;
        }
    }

    record_function record_;
    check_function check_;
    std::function<void(std::exception_ptr)> ended_;
    std::string last_problem_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::chrono::milliseconds record_every_;
    std::chrono::milliseconds check_every_;
    postgres::lsn wanted_;
    postgres::lsn recorded_;
    bool soon_ = false;
    bool check_now_ = false;
    bool closing_ = false;
    std::thread thread_;
};

}  // namespace pgsync::pipeline
