#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace pgsync {

/// Computes the pauses between attempts. Each pause doubles up to the longest and is drawn at random from its
/// upper half, so that many clients do not come back at the same moment.
class backoff {
  public:
    using milliseconds = std::chrono::milliseconds;

    explicit backoff(milliseconds first = milliseconds(100), milliseconds longest = milliseconds(10'000))
        : first_(first), longest_(longest), current_(first) {}

    [[nodiscard]] milliseconds next() {
        const auto pause = current_;
        current_ = std::min(current_ * 2, longest_);
        std::uniform_int_distribution<milliseconds::rep> draw(pause.count() / 2, pause.count());
        return milliseconds(draw(random_));
    }
    void reset() { current_ = first_; }

  private:
    milliseconds first_;
    milliseconds longest_;
    milliseconds current_;
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace pgsync
