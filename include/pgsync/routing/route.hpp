#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <pgsync/shape/node.hpp>

namespace pgsync {

/// How pgsync finds the documents that contain a changed row of one node's table.
struct route_data {
    std::uint16_t node{};  ///< index of the node in the shape
    /// Columns of the changed row whose old and new values are looked up: the key for the root, else the
    /// columns that link the row to its parent. The replica identity must cover them. Empty if any change can
    /// affect any document.
    std::span<const std::string_view> columns;
    /// True if the values of `columns`, in this order, are the root's key itself, so that no query is needed.
    bool direct{};
    /// SQL that yields root keys for arrays of values of `columns`. Direct routes have it too, for a database
    /// in which the types of the columns differ from those of the key. Empty for the root, and if `columns`
    /// is empty.
    std::string_view owners_query;
};

}  // namespace pgsync
