#pragma once

namespace pgsync {

/// Base class of an index declaration: `struct reservations : pgsync::index<Booking> {};`. Every row of
/// Root's table is one document. If Root's table is a view, Sources are the depends_on<> that name the tables
/// it is built from.
///
/// The struct may declare, each as `static constexpr std::string_view`:
/// - `name`: the name of the index, if it differs from the struct's;
/// - `where`: an SQL condition over the root's own columns; rows that do not satisfy it have no document;
/// - `settings`: the settings of the index, a JSON object;
/// - `mapping`: a JSON object merged into the index's mapping: what it has besides `properties`, or further
///   entries of `properties`;
/// - `pipeline`: the ingest pipeline that every document passes through;
/// - `routing`: the member of Root whose value chooses the shard;
///
/// and a static function `bool transform(Root&)` or `bool transform(boost::json::object&)`, which may also
/// return void. It is called for every document before it is sent. If it returns false, the document is not
/// indexed, and is deleted from the index if it was there. It must depend on nothing but the document. Either
/// form needs `#include <pgsync/transform.hpp>`.
template <typename Root, typename... Sources>
struct index {
    using root = Root;  ///< the struct whose rows are the documents
};

}  // namespace pgsync
