#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>
#include <unistd.h>
#include <utility>

#include <pgsync/log.hpp>

namespace pgsync::app {

/// Progress of something long: a bar on a terminal, a line every ten seconds elsewhere.
class progress {
  public:
    /// `total` may be an estimate; 0 where nobody knows.
    progress(std::string title, std::uint64_t total)
        : title_(std::move(title)), total_(total), terminal_(::isatty(STDERR_FILENO) == 1) {}
    ~progress() {
        if (terminal_ && drawn_) std::fputc('\n', stderr);
    }
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;

    void add(std::uint64_t count) {
        const std::lock_guard lock(mutex_);
        done_ += count;
        const auto now = clock::now();
        if (now - last_ < (terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10'000)))
            return;
        last_ = now;
        draw(now);
    }

    [[nodiscard]] std::uint64_t done() const {
        const std::lock_guard lock(mutex_);
        return done_;
    }

    void finish() {
        const std::lock_guard lock(mutex_);
        total_ = done_;
        if (terminal_) draw(clock::now());
    }

  private:
    using clock = std::chrono::steady_clock;

    void draw(clock::time_point now) {
        const double seconds = std::max(0.001, std::chrono::duration<double>(now - start_).count());
        const double rate = static_cast<double>(done_) / seconds;
        const std::uint64_t total = std::max(total_, done_);
        const double share = total == 0 ? 0.0 : static_cast<double>(done_) / static_cast<double>(total);
        std::string left;
        if (rate > 0 && total > done_) {
            const auto eta = static_cast<std::uint64_t>(static_cast<double>(total - done_) / rate);
            left = ", " + (eta >= 60 ? std::to_string(eta / 60) + " min " : std::string()) +
                   std::to_string(eta % 60) + " s left";
        }
        if (!terminal_) {
            log::info("{}: {} of about {} documents, {} a second{}", title_, done_, total,
                      log::fixed(rate, 0), left);
            return;
        }
        constexpr std::size_t width = 30;
        const auto filled = std::min(width, static_cast<std::size_t>(share * static_cast<double>(width)));
        std::fprintf(stderr, "\r%s [%s%s] %3.0f %%  %llu documents, %.0f/s%s \x1b[K", title_.c_str(),
                     std::string(filled, '#').c_str(), std::string(width - filled, ' ').c_str(), share * 100,
                     static_cast<unsigned long long>(done_), rate, left.c_str());
        std::fflush(stderr);
        drawn_ = true;
    }

    mutable std::mutex mutex_;
    std::string title_;
    std::uint64_t total_;
    std::uint64_t done_ = 0;
    bool terminal_;
    bool drawn_ = false;
    clock::time_point start_ = clock::now();
    clock::time_point last_ = start_;
};

}  // namespace pgsync::app
