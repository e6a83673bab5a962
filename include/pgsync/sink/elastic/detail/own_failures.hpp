#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace pgsync::elastic::detail {

/// Returns whether an HTTP status (0: no answer) means that the cluster, or a proxy in front of it, is
/// temporarily unable to answer. Any other status from 500 on is an error in its own right, which the request
/// may have caused.
[[nodiscard]] constexpr bool says_not_now(long status) {
    return status == 0 || status == 408 || status == 429 || status == 502 || status == 503 || status == 504;
}

/// Distinguishes a document that the cluster can never take, although it answers 5xx, from a cluster in
/// trouble, by whether other documents of the same index are written in the meantime. For use by a single
/// thread.
class own_failures {
  public:
    using time_point = std::chrono::steady_clock::time_point;

    /// Limits, both of which must be reached: the number of failures, counting only those before which other
    /// documents of the index were written since the previous failure, and the time since the first failure.
    struct limits {
        unsigned attempts = 10;
        std::chrono::seconds time{120};
    };

    explicit own_failures(limits until) : limits_(until) {}

    /// Records that `item` has failed; `passed` is how many documents of its index have been written so far.
    /// Returns true once the failures count as the document's own.
    [[nodiscard]] bool failed(const std::string& item, std::uint64_t passed, time_point now) {
        const auto [found, first] = items_.try_emplace(item, one{now, passed, 0});
        auto& each = found->second;
        if (first) return false;
        if (passed > each.passed) ++each.attempts;
        each.passed = passed;
        return each.attempts >= limits_.attempts && now - each.since >= limits_.time;
    }

  private:
    struct one {
        time_point since;
        std::uint64_t passed = 0;
        unsigned attempts = 0;
    };

    limits limits_;
    std::map<std::string, one> items_;
};

}  // namespace pgsync::elastic::detail
