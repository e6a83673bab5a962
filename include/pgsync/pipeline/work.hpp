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

namespace pgsync::pipeline {

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

    /// Any number of rows of a route's table may have come or gone, other than by changes that were seen.
    void lose_rows(const compiled_index& index, std::size_t route) {
        const auto& node = index.shape.nodes[index.routes[route].node];
        if (makes_documents(index, route)) rescan_index = true;
        if (node.kind != relation::root) reload = true;
    }
    /// The root, or what a root that is a view is made of: rows of it make documents come and go.
    [[nodiscard]] static bool makes_documents(const compiled_index& index, std::size_t route) {
        const auto& node = index.shape.nodes[index.routes[route].node];
        return node.kind == relation::root ||
               (node.kind == relation::source && node.parent == 0 && index.shape.root().view);
    }

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
    /// Look first whether a table was truncated: the log does not tell; see storage_watch.
    bool look_at_storage = false;
    std::vector<std::uint32_t> xids;  ///< transactions that must be visible to whoever does the work
    postgres::lsn committed;          ///< where the commit record of the last of them begins
    postgres::lsn end;                ///< what may be confirmed once this and all earlier works are done
    std::uint64_t ticket = 0;         ///< by which the acknowledger knows it

    [[nodiscard]] bool empty() const {
        if (look_at_storage) return false;
        for (const auto& index : indices) {
            if (!index.empty()) return false;
        }
        return true;
    }
};

/// What became of works.
struct refreshed {
    std::uint64_t written = 0;  ///< documents
    std::uint64_t deleted = 0;  ///< those without a row, or that the transform leaves out
};

}  // namespace pgsync::pipeline
