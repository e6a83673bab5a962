#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/catalog/binding.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>

namespace pgsync::postgres {

/// The files that hold the rows of tables, keyed by quoted table name; for a partitioned table the files of
/// all its partitions. A TRUNCATE gives a table a new file. So do VACUUM FULL, CLUSTER and some kinds of
/// ALTER TABLE.
using table_storage = std::map<std::string, std::string>;

/// Reads the files of an index's tables, as the transaction sees them. One round trip.
[[nodiscard]] inline table_storage read_storage(session& session, const index_binding& index) {
    table_storage out;
    for (const auto& route : index.routes) out.emplace(route.table, "");
    std::vector<std::string_view> names;
    for (const auto& [table, files] : out) names.push_back(table);
    const auto found = session.exec_params(
        "WITH RECURSIVE down AS (SELECT t.name, c.oid FROM unnest($1::text[]) AS t(name) "
        "CROSS JOIN LATERAL (SELECT pg_catalog.to_regclass(t.name)::oid AS oid) c "
        "UNION SELECT d.name, i.inhrelid FROM down d JOIN pg_catalog.pg_inherits i ON i.inhparent = d.oid) "
        "SELECT d.name, string_agg(c.oid::text || '/' || c.relfilenode::text, ' ' ORDER BY c.oid) "
        "FROM down d JOIN pg_catalog.pg_class c ON c.oid = d.oid WHERE c.relkind = 'r' GROUP BY d.name",
        {array_literal(names)});
    for (int i = 0; i < found.rows(); ++i) out[std::string(found.get(i, 0))] = std::string(found.get(i, 1));
    return out;
}

}  // namespace pgsync::postgres
