#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

#include <pgsync/base/log.hpp>

namespace pgsync::elastic::detail {

/// Logs that the cluster is in trouble: a warning for each longer pause, an occasional one while the outage
/// lasts, and a line once the last affected bulk has gone through. For use by a single thread.
class outage {
  public:
    explicit outage(std::string address) : address_(std::move(address)) {}

    /// Call when a bulk has failed for the `attempts`th time in a row.
    void failed(unsigned attempts, const std::string& why, std::chrono::milliseconds pause) {
        if (attempts == 1) ++troubled_;
        // The pauses double until about the eighth attempt; after that this is about one line a minute.
        const bool news = attempts > said_ && (attempts <= 8 || attempts % 8 == 0);
        if (news) {
            said_ = attempts;
            log::warn("cluster {}: {}; attempt {} failed, trying again in {} ms", address_, why, attempts,
                      pause.count());
        } else {
            log::debug("cluster {}: {}", address_, why);
        }
    }
    /// Call when a bulk has gone through; `after_failure`: it had failed before.
    void over(bool after_failure) {
        if (!abandoned(after_failure)) return;
        log::info("cluster {}: works again", address_);
    }
    /// Call when a bulk has been given up. Returns true if it was the last bulk in trouble.
    bool abandoned(bool after_failure) {
        if (!after_failure || --troubled_ > 0) return false;
        said_ = 0;
        return true;
    }

  private:
    std::string address_;
    std::size_t troubled_ = 0;  ///< bulks that have failed and not gone through yet
    unsigned said_ = 0;
};

}  // namespace pgsync::elastic::detail
