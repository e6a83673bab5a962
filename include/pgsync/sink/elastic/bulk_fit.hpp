#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>

namespace pgsync::elastic {

/// How many documents are to be read at once: about one bulk, judged by those read before. Fewer would have
/// the server do what it does once for each query more often; more would need memory, and a transaction that
/// waits for the cluster in the middle of what it reads. May be used by several threads.
class bulk_fit {
  public:
    /// `first`: while nothing is known.
    bulk_fit(std::size_t bulk_bytes, std::size_t first, std::size_t most)
        : bulk_bytes_(bulk_bytes), most_(most), documents_(std::min(first, most)) {}

    [[nodiscard]] std::size_t documents() const { return documents_; }

    /// So many documents of so many bytes of JSON were read.
    void learn(std::size_t documents, std::size_t bytes) {
        // As many as were asked for are enough, too: else nobody would recover from a row of large ones.
        if (documents == 0 || documents < std::min(enough_to_judge, documents_.load())) return;
        documents_ = std::clamp<std::size_t>(bulk_bytes_ / (bytes / documents + an_action), 1, most_);
    }

  private:
    static constexpr std::size_t enough_to_judge = 20;
    static constexpr std::size_t an_action = 120;  ///< bytes of its line, about

    std::size_t bulk_bytes_;
    std::size_t most_;
    std::atomic<std::size_t> documents_;
};

}  // namespace pgsync::elastic
