#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>

namespace pgsync::elastic {

/// How urgent a bulk is: fan-out bulks (`wide`) leave room for `prompt` ones, whose changes should be visible
/// soon.
enum class pace { prompt, wide };

/// Limits how many bulks may be in flight, based on the cluster's answers. If the cluster refuses one because
/// it is overloaded (429), the limit is halved. If a small prompt bulk takes much longer next to fan-out
/// bulks than such bulks take at best, the limit for fan-out bulks is halved: a cluster works on a few bulks
/// at a time, and urgent ones queue behind the rest. Both limits grow by one for each `pause` without such an
/// answer. Not thread-safe.
class bulk_room {
  public:
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    /// `most`: the maximum number of bulks in flight, raised to at least one.
    explicit bulk_room(std::size_t most) : all_(std::max<std::size_t>(most, 1)), wide_(half(all_.most)) {}

    /// Returns whether one more bulk may be sent, given how many are in flight.
    [[nodiscard]] bool has_room(pace how, std::size_t all_on_their_way, std::size_t wide_on_their_way,
                                time_point now) {
        if (all_on_their_way >= all_.now_at(now)) return false;
        return how == pace::prompt || wide_on_their_way < std::min(wide_.now_at(now), half(all_.now_at(now)));
    }

    /// Records that a bulk was answered at its first attempt; `beside`: how many fan-out bulks were in flight
    /// then.
    void answered(pace how, std::size_t bytes, duration took, std::size_t beside, time_point now) {
        if (how == pace::wide || bytes > small) return;
        if (beside > 0 && quickest_ && took > *quickest_ * 3 + tolerable) wide_.halve(now);
        // Drifts upwards, so that a single quick answer does not remain the measure forever.
        quickest_ = quickest_ ? std::min(took, *quickest_ + *quickest_ / 64) : took;
    }

    /// Records that the cluster refused all or part of a bulk because it is overloaded.
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
            // Bulks that were in flight together with this one get the same answer.
            if (!halved || now - *halved >= at_once) {
                current = half(now_at(now));
                halved = now;
            }
            since = now;
        }

        std::size_t most;
        std::size_t current;
        time_point since{};  ///< the time from which `current` grows
        std::optional<time_point> halved;
        static constexpr duration at_once = std::chrono::seconds(1);
    };

    limit all_;
    limit wide_;
    std::optional<duration> quickest_;  ///< of small prompt bulks
};

}  // namespace pgsync::elastic
