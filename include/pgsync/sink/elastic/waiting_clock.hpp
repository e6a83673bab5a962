#pragma once

#include <chrono>
#include <concepts>
#include <condition_variable>
#include <mutex>

namespace pgsync::elastic {

/// A clock that can wait; replaceable, so that tests of back-off take no time. `wait_until` returns when
/// `what` is notified, when the time is reached, or spuriously, with `lock` held again.
template <typename T>
concept waiting_clock = requires(T& t, std::condition_variable& what, std::unique_lock<std::mutex>& lock,
                                 std::chrono::steady_clock::time_point until) {
    { t.now() } -> std::same_as<std::chrono::steady_clock::time_point>;
    { t.wait_until(what, lock, until) } -> std::same_as<void>;
};

/// The clock that programs use.
struct steady_waiting {
    [[nodiscard]] std::chrono::steady_clock::time_point now() const {
        return std::chrono::steady_clock::now();
    }
    void wait_until(std::condition_variable& what, std::unique_lock<std::mutex>& lock,
                    std::chrono::steady_clock::time_point until) const {
        what.wait_until(lock, until);
    }
};
static_assert(waiting_clock<steady_waiting>);

}  // namespace pgsync::elastic
