#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>

namespace pgsync::elastic {

/// Estimates how many documents to read at once so that they fill about one bulk, from the sizes of those
/// read before. With fewer, the server would repeat its fixed work per query more often; with more, memory
/// use would grow, and a transaction would wait for the cluster in the middle of its reads. Thread-safe.
class bulk_fit {
  public:
    /// `first` is the number to use until sizes are known, `most` the upper limit.
    bulk_fit(std::size_t bulk_bytes, std::size_t first, std::size_t most)
        : bulk_bytes_(bulk_bytes), most_(most), documents_(std::min(first, most)) {}

    [[nodiscard]] std::size_t documents() const { return documents_; }

    /// Records that `documents` documents with `bytes` bytes of JSON in total were read.
    void learn(std::size_t documents, std::size_t bytes) {
        // A batch smaller than `enough_to_judge` still counts if it is as large as documents() asked for:
        // otherwise the estimate would never recover from a run of large documents.
        if (documents == 0 || documents < std::min(enough_to_judge, documents_.load())) return;
        documents_ = std::clamp<std::size_t>(bulk_bytes_ / (bytes / documents + an_action), 1, most_);
    }

  private:
    static constexpr std::size_t enough_to_judge = 20;
    static constexpr std::size_t an_action = 120;  ///< approximate bytes of an item's action line

    std::size_t bulk_bytes_;
    std::size_t most_;
    std::atomic<std::size_t> documents_;
};

}  // namespace pgsync::elastic
