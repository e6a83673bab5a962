#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/catalog/catalog_row.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/version.hpp>

namespace pgsync::postgres {

/// A publication as the server applies it to one table that holds rows. The publication may list the table, a
/// partitioned table above it, its schema or all tables.
struct table_publication {
    std::uint32_t table = 0;
    std::string name;
    bool updates = false;
    bool deletes = false;
    bool stored_generated = false;                      ///< publish_generated_columns = stored
    std::optional<std::vector<std::string>> columns{};  ///< its column list
    std::vector<std::string> filter{};  ///< columns that its row filter uses; "" stands for the whole row
};

namespace detail {

/// Returns a query with one row for each table and publication, or several if there is a column list or a row
/// filter: one for each of its columns.
[[nodiscard]] inline std::string table_publications_sql(int version) {
    const std::string partition = has_partitions(version) ? "c.relispartition" : "false";
    const std::string via_root = has_via_root(version) ? "p.pubviaroot" : "false";
    const std::string generated = has_published_generated_columns(version) ? "p.pubgencols = 's'" : "false";
    const bool filters = has_publication_filters(version);
    std::string sql =
        "WITH RECURSIVE up AS (SELECT t.oid AS leaf, t.oid, 0 AS depth FROM unnest($1::oid[]) t (oid) "
        "UNION ALL SELECT u.leaf, i.inhparent, u.depth + 1 FROM up u "
        "JOIN pg_catalog.pg_class c ON c.oid = u.oid AND " +
        partition +
        " JOIN pg_catalog.pg_inherits i ON i.inhrelid = u.oid), "
        "member AS (SELECT u.leaf, u.oid, u.depth, r.prpubid AS pub FROM up u "
        "JOIN pg_catalog.pg_publication_rel r ON r.prrelid = u.oid "
        "UNION SELECT u.leaf, u.oid, u.depth, p.oid FROM up u "
        "JOIN pg_catalog.pg_publication p ON p.puballtables AND u.depth = 0 ";
    if (filters) {
        sql +=
            "UNION SELECT u.leaf, u.oid, u.depth, n.pnpubid FROM up u "
            "JOIN pg_catalog.pg_class c ON c.oid = u.oid "
            "JOIN pg_catalog.pg_publication_namespace n ON n.pnnspid = c.relnamespace ";
    }
    // Whose column list and row filter apply: if changes are published as a partitioned table's, those of the
    // topmost partitioned table in the publication, otherwise the table's own.
    sql +=
        "), applied AS (SELECT m.leaf, m.pub, coalesce((SELECT a.oid FROM member a WHERE a.leaf = m.leaf AND "
        "a.pub = m.pub AND a.depth > 0 AND " +
        via_root +
        " ORDER BY a.depth DESC LIMIT 1), m.leaf) AS source FROM (SELECT DISTINCT leaf, pub FROM member) m "
        "JOIN pg_catalog.pg_publication p ON p.oid = m.pub) "
        "SELECT a.leaf, p.pubname, p.pubupdate, p.pubdelete, " +
        generated;
    if (!filters) {
        return sql +
               ", '', '' FROM applied a JOIN pg_catalog.pg_publication p ON p.oid = a.pub ORDER BY 1, 2";
    }
    return sql +
           ", coalesce(part.what, ''), coalesce(part.name, '') "
           "FROM applied a JOIN pg_catalog.pg_publication p ON p.oid = a.pub "
           "LEFT JOIN pg_catalog.pg_publication_rel r ON r.prpubid = a.pub AND r.prrelid = a.source "
           "LEFT JOIN LATERAL (SELECT 'c' AS what, t.attname::text AS name FROM pg_catalog.pg_attribute t "
           "WHERE t.attrelid = a.source AND t.attnum = ANY (r.prattrs) "
           "UNION ALL SELECT 'f', coalesce(t.attname, '') FROM (SELECT DISTINCT (pg_catalog.regexp_matches("
           "r.prqual::text, ':varattno ([0-9]+)', 'g'))[1]::int2 AS number) v "
           "LEFT JOIN pg_catalog.pg_attribute t ON t.attrelid = a.source AND t.attnum = v.number AND "
           "v.number > "
           "0) part ON true ORDER BY 1, 2, 6, 7";
}

}  // namespace detail

/// Reads all publications of these tables in one round trip; empty on a server older than 10.
[[nodiscard]] inline std::vector<table_publication> read_table_publications(
    session& session, std::span<const std::uint32_t> tables) {
    std::vector<table_publication> out;
    if (tables.empty() || !has_publications(session.server_version())) return out;
    std::vector<std::string> texts;
    for (const auto oid : tables) texts.push_back(std::to_string(oid));
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    const auto found =
        session.exec_params(detail::table_publications_sql(session.server_version()), {array_literal(views)});
    for (int i = 0; i < found.rows(); ++i) {
        catalog_row row(found.row(i));
        table_publication read;
        read.table = row.number<std::uint32_t>();
        read.name = row.text();
        read.updates = row.flag();
        read.deletes = row.flag();
        read.stored_generated = row.flag();
        const auto what = row.character();
        if (out.empty() || out.back().table != read.table || out.back().name != read.name)
            out.push_back(std::move(read));
        auto& each = out.back();
        if (what == 'c') {
            if (!each.columns) each.columns.emplace();
            each.columns->push_back(row.text());
        } else if (what == 'f') {
            each.filter.push_back(row.text());
        }
    }
    return out;
}

}  // namespace pgsync::postgres
