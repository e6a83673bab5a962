#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <pgsync/shape/node.hpp>

namespace pgsync {

/// How a changed row of one node's table finds the documents it is part of.
struct route_data {
    std::uint16_t node{};  ///< in the shape
    /// Columns of the changed row whose old and new values are looked up: the key for the root, else the
    /// columns that link the row to its parent. The replica identity must cover them. None where any change
    /// may concern any document.
    std::span<const std::string_view> columns;
    /// The values of `columns`, in this order, are the root's key itself: nobody needs to be asked.
    bool direct{};
    /// Yields root keys for arrays of values of `columns`; also there for direct routes, to be used where the
    /// database's column types differ. Empty for the root, and where `columns` is.
    std::string_view owners_query;
};

}  // namespace pgsync
