#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fake_stores.hpp"
#include <pgsync/pipeline/change_source.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/wal/event.hpp>

namespace pgsync::test {

/// A change_source whose transactions a test commits. Where none waits it sends keepalives that ask for a
/// status, one after the other. What it was told is there to be looked at.
class fake_changes {
  public:
    using received = pipeline::received;
    using send_function = std::function<void(const std::function<void(const postgres::event&)>&)>;

    explicit fake_changes(test::diary& diary) : diary_(diary) {}

    // ---- the test's side

    /// Commits a transaction; `send` gives its events but for begin and commit. Returns the LSN behind it.
    postgres::lsn commit(send_function send) {
        const std::lock_guard lock(diary_.mutex);
        const auto begins = end_;
        end_.value += 10;
        waiting_.push_back([send = std::move(send), xid = ++xid_, begins,
                            ends = end_](const std::function<void(const postgres::event&)>& on_event) {
            on_event(postgres::change::begin{begins, 1, xid});
            send(on_event);
            on_event(postgres::change::commit{begins, ends, 1});
            return received{ends};
        });
        diary_.changed.notify_all();
        return end_;
    }
    /// WAL that is of no concern has been written.
    postgres::lsn idle_wal() {
        const std::lock_guard lock(diary_.mutex);
        end_.value += 100;
        return end_;
    }
    /// So far is WAL on disk; beyond all that was written at first.
    void set_flushed(postgres::lsn position) {
        const std::lock_guard lock(diary_.mutex);
        on_disk_ = position;
    }
    [[nodiscard]] postgres::lsn confirmed() const {
        const std::lock_guard lock(diary_.mutex);
        return confirmed_;
    }
    [[nodiscard]] postgres::lsn applied() const {
        const std::lock_guard lock(diary_.mutex);
        return applied_;
    }
    [[nodiscard]] bool wait_confirmed(postgres::lsn position) const {
        return diary_.wait([&] { return confirmed_ >= position; });
    }
    /// Waits for so many further statuses: what was going to be confirmed by now has been.
    [[nodiscard]] bool wait_statuses(std::size_t more) const {
        std::size_t from = 0;
        {
            const std::lock_guard lock(diary_.mutex);
            from = statuses_;
        }
        return diary_.wait([&] { return statuses_ >= from + more; });
    }
    [[nodiscard]] bool closed() const {
        const std::lock_guard lock(diary_.mutex);
        return closed_;
    }

    // ---- the pipeline's side

    postgres::lsn start() {
        const std::lock_guard lock(diary_.mutex);
        diary_.note("start");
        return end_;
    }
    std::optional<received> receive(std::chrono::milliseconds, int stop_fd,
                                    const std::function<void(const postgres::event&)>& on_event) {
        std::unique_lock lock(diary_.mutex);
        if (waiting_.empty()) diary_.changed.wait_for(lock, std::chrono::milliseconds(1));
        pollfd stop{stop_fd, POLLIN, 0};
        if (::poll(&stop, 1, 0) > 0) return std::nullopt;
        if (waiting_.empty()) return received{end_, true, true};
        const auto next = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        return next(on_event);
    }
    void send_status(const postgres::standby_status& status) {
        const std::lock_guard lock(diary_.mutex);
        ++statuses_;
        if (status.flushed < confirmed_ && status.flushed.value != 0) diary_.note("confirmed backwards");
        confirmed_ = std::max(confirmed_, status.flushed);
        applied_ = std::max(applied_, status.applied);
        diary_.changed.notify_all();
    }
    postgres::lsn flushed() {
        const std::lock_guard lock(diary_.mutex);
        return on_disk_;
    }
    [[nodiscard]] bool reports_truncate() const { return true; }
    std::vector<std::uint32_t> ancestors(std::uint32_t) { return {}; }
    bool has_column(std::uint32_t, std::string_view) { return true; }
    pipeline::wal_text texts() { return {}; }
    [[nodiscard]] std::string server() const { return "db:5432/shop"; }
    void close() {
        const std::lock_guard lock(diary_.mutex);
        closed_ = true;
    }

  private:
    test::diary& diary_;
    std::deque<std::function<received(const std::function<void(const postgres::event&)>&)>> waiting_;
    std::uint32_t xid_ = 100;
    postgres::lsn end_{1'000};
    postgres::lsn on_disk_{1'000'000'000};
    postgres::lsn confirmed_;
    postgres::lsn applied_;
    std::size_t statuses_ = 0;
    bool closed_ = false;
};
static_assert(pipeline::change_source<fake_changes>);

}  // namespace pgsync::test
