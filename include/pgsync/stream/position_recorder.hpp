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

#include <pgsync/error.hpp>
#include <pgsync/log.hpp>
#include <pgsync/postgres/lsn.hpp>

namespace pgsync::stream {

/// Has each position recorded with the indices before the slot is confirmed up to it: a slot that stands
/// behind what its indices say then is not the one they followed, or somebody else has read from it, and
/// changes are lost. One thread of its own, so that a cluster that is away does not keep the reader from
/// answering the server; recording is not worth more than a request now and then.
class position_recorder {
  public:
    /// Records durably; may throw, and is then asked again, unless that is errc::superseded.
    using record_function = std::function<void(postgres::lsn)>;

    /// `superseded` gets that error, once: nothing is recorded any more.
    position_recorder(record_function record, std::chrono::milliseconds every,
                      std::function<void(std::exception_ptr)> superseded)
        : record_(std::move(record)),
          superseded_(std::move(superseded)),
          every_(every),
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
        every_ = std::chrono::milliseconds(0);
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
    void run() {
        std::unique_lock lock(mutex_);
        std::optional<std::chrono::steady_clock::time_point> last;
        const auto next = [&] {
            constexpr std::chrono::milliseconds least(1'000);
            return *last + (soon_ ? std::min(every_, least) : every_);
        };
        while (true) {
            changed_.wait(lock, [&] { return closing_ || wanted_ > recorded_; });
            while (!closing_ && last && every_.count() > 0 && std::chrono::steady_clock::now() < next())
                changed_.wait_until(lock, next());
            if (closing_) return;
            soon_ = false;
            const auto position = wanted_;
            lock.unlock();
            const auto done = try_record(position);
            lock.lock();
            if (done == outcome::superseded) return;
            if (done == outcome::recorded) recorded_ = std::max(recorded_, position);
            last = std::chrono::steady_clock::now();
            // Whatever the hurry, a cluster that refuses is given a moment.
            if (done == outcome::refused)
                changed_.wait_for(lock, std::chrono::milliseconds(200), [&] { return closing_; });
        }
    }

    enum class outcome : std::uint8_t { recorded, refused, superseded };

    outcome try_record(postgres::lsn position) {
        try {
            record_(position);
            return outcome::recorded;
        } catch (const error& problem) {
            if (problem.code() == errc::superseded) {
                superseded_(std::current_exception());
                return outcome::superseded;
            }
            if (problem.code() != errc::interrupted && problem.what() != last_problem_)
                log::warn("the slot cannot be confirmed yet, since the index cannot say so: {}",
                          problem.what());
            last_problem_ = problem.what();
            return outcome::refused;
        }
    }

    record_function record_;
    std::function<void(std::exception_ptr)> superseded_;
    std::string last_problem_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::chrono::milliseconds every_;
    postgres::lsn wanted_;
    postgres::lsn recorded_;
    bool soon_ = false;
    bool closing_ = false;
    std::thread thread_;
};

}  // namespace pgsync::stream
