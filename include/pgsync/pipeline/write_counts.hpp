#pragma once

#include <cstdint>

namespace pgsync::pipeline {

/// Counts of what was written.
struct write_counts {
    std::uint64_t written = 0;  ///< documents
    std::uint64_t deleted = 0;  ///< documents without a row, or that the transform leaves out
};

}  // namespace pgsync::pipeline
