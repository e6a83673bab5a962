#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

#include <pgsync/base/log.hpp>

namespace pgsync::elastic::detail {

/// Says in the log that the cluster is in trouble: once for each longer pause, now and then while it lasts,
/// and once when the last of the bulks concerned went through. Used by one thread.
class outage {
  public:
    explicit outage(std::string address) : address_(std::move(address)) {}

    /// A bulk failed for the `attempts`th time in a row.
    void failed(unsigned attempts, const std::string& why, std::chrono::milliseconds pause) {
        if (attempts == 1) ++troubled_;
        // The pauses double up to the eighth attempt or so; from then on about one line a minute.
        const bool news = attempts > said_ && (attempts <= 8 || attempts % 8 == 0);
        if (news) {
            said_ = attempts;
            log::warn("cluster {}: {}; attempt {} failed, trying again in {} ms", address_, why, attempts,
                      pause.count());
        } else {
            log::debug("cluster {}: {}", address_, why);
        }
    }
    /// A bulk went through; `after_failure` when it had failed before.
    void over(bool after_failure) {
        if (!abandoned(after_failure)) return;
        log::info("cluster {}: works again", address_);
    }
    /// A bulk was given up. True when none is in trouble any more.
    bool abandoned(bool after_failure) {
        if (!after_failure || --troubled_ > 0) return false;
        said_ = 0;
        return true;
    }

  private:
    std::string address_;
    std::size_t troubled_ = 0;  ///< bulks that failed and did not go through yet
    unsigned said_ = 0;
};

}  // namespace pgsync::elastic::detail
