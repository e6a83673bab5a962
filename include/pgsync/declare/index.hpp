#pragma once

namespace pgsync {

/// Base of an index declaration: `struct reservations : pgsync::index<Booking> {};`. Every row of Root's
/// table is one document. The index is called like the struct, or `static constexpr std::string_view name =
/// "…";`.
template <typename Root>
struct index {
    using root = Root;
};

}  // namespace pgsync
