#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <utility>

#include <pgsync/postgres/detail/witness.hpp>

namespace pgsync::postgres::detail {

/// Watches a statement that a library waits for without a time limit. Every `patience` it asks the server
/// whether it is still working on the statement; if not, it shuts the socket down, which ends the wait.
class watchdog {
  public:
    watchdog(int socket, std::string conninfo, backend_id who, std::chrono::milliseconds patience)
        : thread_([this, socket, conninfo = std::move(conninfo), who = std::move(who), patience] {
              while (!done_within(patience)) {
                  if (works(conninfo, who, patience)) continue;
                  // The answer may have arrived just now.
                  if (done_within(std::chrono::seconds(1))) return;
                  end_backend(who, conninfo, patience);
                  ::shutdown(socket, SHUT_RDWR);
                  return;
              }
          }) {}
    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;
    ~watchdog() {
        {
            const std::lock_guard lock(mutex_);
            done_ = true;
            changed_.notify_all();
        }
        thread_.join();
    }

  private:
    bool done_within(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, time, [&] { return done_; });
    }
    static bool works(const std::string& conninfo, const backend_id& who,
                      std::chrono::milliseconds patience) noexcept {
        try {
            std::string why;
            return worth_waiting_for(who, conninfo, -1, patience, why);
        } catch (const std::exception&) {
            return false;
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    bool done_ = false;
    std::thread thread_;
};

}  // namespace pgsync::postgres::detail
