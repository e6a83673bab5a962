#pragma once

namespace pgsync {

/// Base of an index declaration: `struct reservations : pgsync::index<Booking> {};`. Every row of Root's
/// table is one document. Where Root's table is a view, Sources say what it is made of: see depends_on.
///
/// The struct may say, each as `static constexpr std::string_view`:
/// - `name`: the index's name, where it is not the struct's;
/// - `where`: SQL over the root's own columns; other rows have no document;
/// - `settings`: of the index, a JSON object;
/// - `mapping`: what the index's mapping has besides `properties`, or in them; a JSON object;
/// - `pipeline`: the ingest pipeline every document passes;
/// - `routing`: the member of Root whose value chooses the shard;
///
/// and, as a static function, `bool transform(Root&)` or `bool transform(boost::json::object&)` (or void):
/// called for every document before it is sent; one that returns false is left out, and removed if it was
/// there. It must depend on nothing but the document. Both need `#include <pgsync/transform.hpp>`.
template <typename Root, typename... Sources>
struct index {
    using root = Root;  ///< whose rows are the documents
};

}  // namespace pgsync
