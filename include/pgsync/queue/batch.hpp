#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <pgsync/compiled/compiled.hpp>
#include <pgsync/postgres/lsn.hpp>
#include <pgsync/shape/node.hpp>

namespace pgsync::queue {

/// For routed documents: by root key, the routings under which the document may be, as far as is known.
using known_routings = std::unordered_map<std::string, std::unordered_set<std::string>>;

/// What to read again for one index.
struct index_batch {
    std::unordered_set<std::string> keys;  ///< root keys, in the form of `_id`
    known_routings routings;               ///< as far as events have shown them
    /// For each route, join keys whose owners are to be found.
    std::vector<std::unordered_set<std::string>> join_keys;
    bool rescan_index = false;  ///< look up every id in the index, as after a TRUNCATE of the root
    bool reload = false;        ///< read every root row, as after a TRUNCATE of another table

    /// Marks what to read again if any rows of a route's table may have been added or removed without change
    /// events.
    void invalidate(const compiled_index& index, std::size_t route) {
        const auto& node = index.shape.nodes[index.routes[route].node];
        if (makes_documents(index, route)) rescan_index = true;
        if (node.kind != relation::root) reload = true;
    }
    /// Returns true for the root and, if the root is a view, for the tables it is made of: their rows create
    /// and remove documents.
    [[nodiscard]] static bool makes_documents(const compiled_index& index, std::size_t route) {
        const auto& node = index.shape.nodes[index.routes[route].node];
        return node.kind == relation::root ||
               (node.kind == relation::source && node.parent == 0 && index.shape.root().view);
    }

    [[nodiscard]] bool empty() const {
        if (!keys.empty() || rescan_index || reload) return false;
        for (const auto& set : join_keys) {
            if (!set.empty()) return false;
        }
        return true;
    }
};

/// What passes from routing to loading. A plain value without references into either, so that it can also
/// travel to another machine. Documents are always read as a whole, so doing a batch twice, or more of it
/// than needed, is harmless.
struct batch {
    std::vector<index_batch> indices;
    /// Check first whether a table was truncated, which WAL does not show; see storage_watch.
    bool check_storage = false;
    std::vector<std::uint32_t> xids;  ///< transactions that the snapshots for this batch must see
    postgres::lsn committed;          ///< where the commit record of the last of them begins
    postgres::lsn end;                ///< may be confirmed once this and all earlier batches are done

    [[nodiscard]] bool empty() const {
        if (check_storage) return false;
        for (const auto& index : indices) {
            if (!index.empty()) return false;
        }
        return true;
    }
};

}  // namespace pgsync::queue
