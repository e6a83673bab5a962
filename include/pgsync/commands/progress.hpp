#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>

#include <pgsync/base/log.hpp>

namespace pgsync::app {

/// Estimates speed and remaining time from recent progress, so that a load that slows down, or was resumed in
/// the middle, is not judged by how it began. The weight of past progress falls to about a third (1/e) after
/// each `span`: 30 s, or a tenth of the elapsed time if that is longer.
class pace_estimate {
  public:
    using time_point = std::chrono::steady_clock::time_point;

    /// `done` is what was done before `start`. `total` may be an estimate; 0 if unknown.
    pace_estimate(std::uint64_t total, std::uint64_t done, time_point start)
        : total_(total), done_(done), start_(start), last_(start) {}

    void add(std::uint64_t count, time_point now) {
        settle(now);
        done_ += count;
        recent_ += static_cast<double>(count);
    }
    /// Sets the total to what is done.
    void finish() { total_ = done_; }

    [[nodiscard]] std::uint64_t done() const { return done_; }
    /// 0 if unknown, or if more was done than expected.
    [[nodiscard]] std::uint64_t total() const { return total_ >= done_ ? total_ : 0; }

    /// Per second; 0 at the very start.
    [[nodiscard]] double rate(time_point now) const {
        auto then = *this;
        then.settle(now);
        return then.weight_ > 0 ? then.recent_ / then.weight_ : 0;
    }
    /// Returns the remaining time; nullopt if it cannot be estimated.
    [[nodiscard]] std::optional<std::chrono::seconds> left(time_point now) const {
        const double speed = rate(now);
        if (total() == 0 || speed <= 0) return std::nullopt;
        const double seconds = static_cast<double>(total_ - done_) / speed;
        if (seconds > 1e9) return std::nullopt;
        return std::chrono::seconds(static_cast<std::int64_t>(std::ceil(seconds)));
    }

  private:
    /// Decays both sums alike, so that a steady rate is reported correctly from the start.
    void settle(time_point now) {
        const double passed = std::chrono::duration<double>(now - last_).count();
        if (passed <= 0) return;
        const double span = std::max(30.0, std::chrono::duration<double>(now - start_).count() / 10);
        const double kept = std::exp(-passed / span);
        recent_ *= kept;
        weight_ = weight_ * kept + span * (1 - kept);
        last_ = now;
    }

    std::uint64_t total_;
    std::uint64_t done_;
    time_point start_;
    time_point last_;
    double recent_ = 0;  ///< what was done, weighted by age
    double weight_ = 0;  ///< seconds that it took, weighted alike
};

/// Formats a duration: `2 h 5 min`, `3 min 20 s`, `7 s`.
[[nodiscard]] inline std::string in_words(std::chrono::seconds time) {
    const auto seconds = time.count();
    if (seconds >= 3'600)
        return std::to_string(seconds / 3'600) + " h " + std::to_string(seconds % 3'600 / 60) + " min";
    if (seconds >= 60) return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
    return std::to_string(seconds) + " s";
}

/// Shows the progress of a long operation: a bar on a terminal, a log line every ten seconds elsewhere.
class progress {
  public:
    /// `total` may be an estimate; 0 if unknown. `done` of it was done before.
    progress(std::string title, std::uint64_t total, std::uint64_t done = 0)
        : title_(std::move(title)),
          pace_(total, done, clock::now()),
          terminal_(::isatty(STDERR_FILENO) == 1 && log::is_text()) {}
    ~progress() {
        if (terminal_ && drawn_) std::fputc('\n', stderr);
    }
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;

    void add(std::uint64_t count) {
        const std::lock_guard lock(mutex_);
        const auto now = clock::now();
        pace_.add(count, now);
        if (now - last_ < (terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10'000)))
            return;
        last_ = now;
        draw(now);
    }

    [[nodiscard]] std::uint64_t done() const {
        const std::lock_guard lock(mutex_);
        return pace_.done();
    }

    void finish() {
        const std::lock_guard lock(mutex_);
        pace_.finish();
        if (terminal_) draw(clock::now());
    }

  private:
    using clock = std::chrono::steady_clock;

    void draw(clock::time_point now) {
        const auto left = pace_.left(now);
        const auto total = pace_.total();
        const double rate = pace_.rate(now);
        const auto more = left && left->count() > 0 ? ", about " + in_words(*left) + " left" : std::string();
        if (!terminal_) {
            log::info("{}: {}{} documents, {} a second{}", title_, pace_.done(),
                      total > 0 ? " of about " + std::to_string(total) : std::string(), log::fixed(rate, 0),
                      more);
            return;
        }
        std::string bar;
        if (total > 0) {
            constexpr std::size_t width = 30;
            const double share = static_cast<double>(pace_.done()) / static_cast<double>(total);
            const auto filled = std::min(width, static_cast<std::size_t>(share * static_cast<double>(width)));
            bar = " [" + std::string(filled, '#') + std::string(width - filled, ' ') + "] " +
                  log::fixed(share * 100, 0) + " % ";
        }
        std::fprintf(stderr, "\r%s%s %llu documents, %.0f/s%s \x1b[K", title_.c_str(), bar.c_str(),
                     static_cast<unsigned long long>(pace_.done()), rate, more.c_str());
        std::fflush(stderr);
        drawn_ = true;
    }

    mutable std::mutex mutex_;
    std::string title_;
    pace_estimate pace_;
    bool terminal_;
    bool drawn_ = false;
    clock::time_point last_ = clock::now();
};

}  // namespace pgsync::app
