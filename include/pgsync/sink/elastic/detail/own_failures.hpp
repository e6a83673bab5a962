#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace pgsync::elastic::detail {

/// Whether an answer says that the cluster, or what stands before it, cannot just now. Any other answer from
/// 500 on is an error of its own, which may be the request's fault.
[[nodiscard]] constexpr bool says_not_now(long status) {
    return status == 0 || status == 408 || status == 429 || status == 502 || status == 503 || status == 504;
}

/// Tells a document that the cluster can never take, though it says 5xx, from a cluster in trouble: by what
/// becomes of others of the same index meanwhile. Used by one thread.
class own_failures {
  public:
    using time_point = std::chrono::steady_clock::time_point;

    /// So many times it must have failed, each time after others had been written since the time before, and
    /// for so long.
    struct limits {
        unsigned attempts = 10;
        std::chrono::seconds time{120};
    };

    explicit own_failures(limits until) : limits_(until) {}

    /// `item` failed; `passed`: how many documents of its index have been written so far. True from when that
    /// is the document's own fault.
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
