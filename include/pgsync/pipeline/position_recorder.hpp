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

/// Records each position with the indices before the slot is confirmed up to it: a slot that stands ahead of
/// what its indices say was created again or read by another program, and changes are lost. Before each
/// record, and every few seconds when there is nothing to record, it checks that what was checked at the
/// start still holds; so the slot is confirmed only up to positions at which it did. One thread of its own,
/// so that a cluster or a catalog that does not answer cannot keep the reading thread from answering the
/// server.
class position_recorder {
  public:
    /// Records durably; may throw, and is then asked again, unless that is errc::superseded or
    /// elastic::refused_always.
    using record_function = std::function<void(postgres::lsn)>;
    /// Returns where everything is as it was at the start; errc::changed where it is not. May throw
    /// otherwise, and is then asked again before anything is recorded.
    using check_function = std::function<void()>;

    struct settings {
        std::chrono::milliseconds record_every{10'000};  ///< at most
        std::chrono::milliseconds check_every{2'000};    ///< at least
    };

    /// `ended` gets such an error, or errc::changed, once: nothing is recorded any more.
    position_recorder(record_function record, check_function check, settings setting,
                      std::function<void(std::exception_ptr)> ended)
        : record_(std::move(record)),
          check_(std::move(check)),
          ended_(std::move(ended)),
          record_every_(setting.record_every),
          check_every_(setting.check_every),
          thread_([this] { run(); }) {}
    ~position_recorder() { close(); }
    position_recorder(const position_recorder&) = delete;
    position_recorder& operator=(const position_recorder&) = delete;

    /// `position` may be recorded; returns up to where it has been.
    postgres::lsn want(postgres::lsn position) {
        const std::lock_guard lock(mutex_);
        if (position > wanted_) {
            wanted_ = position;
            changed_.notify_all();
        }
        return recorded_;
    }

    /// What is wanted now need not wait for the end of the pause: a second after the last record will do.
    void soon() {
        const std::lock_guard lock(mutex_);
        soon_ = true;
        changed_.notify_all();
    }

    /// From now on without pauses.
    void hurry() {
        const std::lock_guard lock(mutex_);
        record_every_ = std::chrono::milliseconds(0);
        changed_.notify_all();
    }

    /// Checks at once: there is reason to think that something has changed.
    void check_now() {
        const std::lock_guard lock(mutex_);
        check_now_ = true;
        changed_.notify_all();
    }

    /// Nothing more is recorded. Waits for what is under way.
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
            // However much of a hurry there is, a server that refuses is given a moment.
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
            // One that is shut down waits for its last changes to be confirmed.
            if (problem.code() != errc::connection && problem.code() != errc::busy) throw;
            log::debug("not checked: {}", problem.what());
        }
    }

    /// Checks, and records `position` where there is one.
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
