#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <pgsync/base/log.hpp>
#include <pgsync/base/quiet_thread.hpp>
#include <pgsync/base/stop_request.hpp>
#include <pgsync/postgres/connection.hpp>
#include <pgsync/postgres/session.hpp>

namespace pgsync::app {

/// Watches over a statement that may wait for other transactions. While it exists, it calls `look` every few
/// seconds, on its own thread and session, to report what the statement waits for; once `stopped()` is true
/// it cancels the statement.
class attendant {
  public:
    /// Returns whether it reported something; if not, it is called again soon.
    using look_function = std::function<bool(postgres::session&, std::chrono::seconds waited)>;

    attendant(postgres::admin_connection& database, std::function<bool()> stopped, look_function look)
        : database_(database),
          stopped_(std::move(stopped)),
          look_(std::move(look)),
          thread_(quiet_thread([this] { run(); })) {}
    ~attendant() {
        {
            const std::lock_guard lock(mutex_);
            done_ = true;
            changed_.notify_all();
        }
        ending_.request();
        thread_.join();
    }
    attendant(const attendant&) = delete;
    attendant& operator=(const attendant&) = delete;

  private:
    using clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds look_every{3};

    void run() {
        const auto start = clock::now();
        auto next = start + look_every;
        while (!done_within(std::chrono::milliseconds(100))) {
            // Repeated, because the statement may not have started at the previous attempt.
            if (stopped_()) database_.cancel();
            if (stopped_() || clock::now() < next) continue;
            if (look(std::chrono::duration_cast<std::chrono::seconds>(clock::now() - start)))
                next = clock::now() + look_every;
        }
    }

    bool look(std::chrono::seconds waited) {
        try {
            if (!session_) session_.emplace(database_.conninfo(), ending_.fd());
            return look_(*session_, waited);
        } catch (const std::exception& problem) {
            // If the server is down, the statement itself reports that.
            session_.reset();
            log::debug("cannot tell what is waited for: {}", problem.what());
            return true;
        }
    }

    bool done_within(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, time, [&] { return done_; });
    }

    postgres::admin_connection& database_;
    std::function<bool()> stopped_;
    look_function look_;
    stop_request ending_;
    std::optional<postgres::session> session_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool done_ = false;
    std::thread thread_;
};

}  // namespace pgsync::app
