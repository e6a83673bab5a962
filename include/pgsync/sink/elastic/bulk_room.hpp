#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>

namespace pgsync::elastic {

/// How bulks share the cluster: those that are wide leave room for those that somebody waits for.
enum class pace { prompt, wide };

/// How many bulks may be on their way, judged by the cluster's answers. Where it refuses for want of room
/// (429) there may be half as many. Where a small prompt bulk takes much longer beside wide ones than such
/// bulks take at best, there may be half as many wide ones: a cluster works on a few bulks at a time, and
/// what somebody waits for queues behind the rest. Both grow back by one for each `pause` without such an
/// answer. Not to be used by several threads at once.
class bulk_room {
  public:
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    /// `most`: bulks on their way, at best; at least one.
    explicit bulk_room(std::size_t most) : all_(std::max<std::size_t>(most, 1)), wide_(half(all_.most)) {}

    /// Whether one more may leave, with so many on their way.
    [[nodiscard]] bool has_room(pace how, std::size_t all_on_their_way, std::size_t wide_on_their_way,
                                time_point now) {
        if (all_on_their_way >= all_.now_at(now)) return false;
        return how == pace::prompt || wide_on_their_way < std::min(wide_.now_at(now), half(all_.now_at(now)));
    }

    /// A bulk was answered at once; `beside`: how many wide ones were on their way then.
    void answered(pace how, std::size_t bytes, duration took, std::size_t beside, time_point now) {
        if (how == pace::wide || bytes > small) return;
        if (beside > 0 && quickest_ && took > *quickest_ * 3 + tolerable) wide_.halve(now);
        // One quick answer of long ago is not to be the measure for ever.
        quickest_ = quickest_ ? std::min(took, *quickest_ + *quickest_ / 64) : took;
    }

    /// The cluster refused a bulk, or some of it, because it has too much to do.
    void refused(time_point now) { all_.halve(now); }

  private:
    static constexpr std::size_t half(std::size_t of) { return std::max<std::size_t>(of / 2, 1); }
    static constexpr std::size_t small = 64U << 10U;  ///< bytes
    static constexpr duration tolerable = std::chrono::milliseconds(20);
    static constexpr duration pause = std::chrono::seconds(5);

    struct limit {
        explicit limit(std::size_t at_most) : most(at_most), current(at_most) {}

        std::size_t now_at(time_point now) {
            while (current < most && now - since >= pause) {
                ++current;
                since += pause;
            }
            return current;
        }
        void halve(time_point now) {
            // The answers to what was on its way with this one say the same once more.
            if (!halved || now - *halved >= at_once) {
                current = half(now_at(now));
                halved = now;
            }
            since = now;
        }

        std::size_t most;
        std::size_t current;
        time_point since{};  ///< of what `current` grows from
        std::optional<time_point> halved;
        static constexpr duration at_once = std::chrono::seconds(1);
    };

    limit all_;
    limit wide_;
    std::optional<duration> quickest_;  ///< of small prompt bulks
};

}  // namespace pgsync::elastic
