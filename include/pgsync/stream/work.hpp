#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <pgsync/postgres/lsn.hpp>

namespace pgsync::stream {

/// Of routed documents: by root key the routings under which one may be, as far as is known.
using known_routings = std::unordered_map<std::string, std::unordered_set<std::string>>;

/// What one index has to read again.
struct index_work {
    std::unordered_set<std::string> keys;  ///< root keys, as `_id`
    known_routings routings;               ///< as far as events told
    std::vector<std::unordered_set<std::string>>
        links;                  ///< for each route, values whose owners are to be found
    bool rescan_index = false;  ///< the root was truncated: look at every id the index holds
    bool reload = false;        ///< another table was truncated: look at every root row

    [[nodiscard]] bool empty() const {
        if (!keys.empty() || rescan_index || reload) return false;
        for (const auto& set : links) {
            if (!set.empty()) return false;
        }
        return true;
    }
};

/// What passes from routing to loading: a plain value without references into either, so that it could as
/// well travel through a message queue to another machine. Documents are always read again whole, so that
/// doing a work twice, or more of it than needed, is harmless.
struct work {
    std::vector<index_work> indices;
    std::vector<std::uint32_t> xids;  ///< transactions that must be visible to whoever does the work
    postgres::lsn committed;          ///< where the commit record of the last of them begins
    postgres::lsn end;                ///< what may be confirmed once this and all earlier works are done
    std::uint64_t ticket = 0;         ///< by which the acknowledger knows it

    [[nodiscard]] bool empty() const {
        for (const auto& index : indices) {
            if (!index.empty()) return false;
        }
        return true;
    }
};

}  // namespace pgsync::stream
