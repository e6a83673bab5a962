#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/catalog/catalog_row.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/version.hpp>

namespace pgsync::postgres {

/// The comment on publications that pgsync created. teardown drops only those: another publication of the
/// same name may have existed before, for another purpose.
inline constexpr std::string_view publication_mark = "made by pgsync";

struct publication_facts {
    std::uint32_t oid = 0;
    bool owned = false;   ///< the current role may alter it
    bool marked = false;  ///< pgsync created it; see publication_mark
    bool all_tables = false;
    bool publishes_insert = false;
    bool publishes_update = false;
    bool publishes_delete = false;
    bool publishes_truncate = false;    ///< false before version 11
    bool via_root = false;              ///< changes of partitions are published as their partitioned table's
    bool stored_generated = false;      ///< publish_generated_columns = stored
    std::vector<std::uint32_t> tables;  ///< listed one by one
    std::vector<std::uint32_t> narrowed;  ///< those of `tables` that have a row filter or a column list
    /// The tables named in change events: partitions, or their root with via_root.
    std::vector<std::uint32_t> published;
    std::vector<std::string> names;  ///< names of the published tables, quoted, in the same order

    [[nodiscard]] bool publishes(std::uint32_t table) const {
        return std::find(published.begin(), published.end(), table) != published.end();
    }
};

/// Reads the publication of that name; nullopt if there is none, or if the server is older than 10.
[[nodiscard]] inline std::optional<publication_facts> read_publication(session& session,
                                                                       std::string_view name) {
    const auto version = session.server_version();
    if (!has_publications(version)) return std::nullopt;
    std::string sql =
        "SELECT p.oid, pg_catalog.pg_has_role(p.pubowner, 'USAGE'), "
        "coalesce(pg_catalog.obj_description(p.oid, 'pg_publication'), ''), p.puballtables, p.pubinsert, "
        "p.pubupdate, "
        "p.pubdelete, ";
    sql.append(has_truncate(version) ? "p.pubtruncate, " : "false, ")
        .append(has_via_root(version) ? "p.pubviaroot, " : "false, ")
        .append(has_published_generated_columns(version) ? "p.pubgencols = 's'" : "false");
    const auto found =
        session.exec_params(sql + " FROM pg_catalog.pg_publication p WHERE p.pubname = $1", {name});
    if (found.rows() == 0) return std::nullopt;
    catalog_row row(found.row(0));
    publication_facts out;
    out.oid = row.number<std::uint32_t>();
    out.owned = row.flag();
    out.marked = row.text() == publication_mark;
    out.all_tables = row.flag();
    out.publishes_insert = row.flag();
    out.publishes_update = row.flag();
    out.publishes_delete = row.flag();
    out.publishes_truncate = row.flag();
    out.via_root = row.flag();
    out.stored_generated = row.flag();

    const std::string narrowed =
        has_publication_filters(version) ? "r.prqual IS NOT NULL OR r.prattrs IS NOT NULL" : "false";
    const auto tables =
        session.exec_params("SELECT r.prrelid, " + narrowed +
                                " FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = $1 ORDER BY 1",
                            {found.get(0, 0)});
    for (int i = 0; i < tables.rows(); ++i) {
        catalog_row table(tables.row(i));
        out.tables.push_back(table.number<std::uint32_t>());
        if (table.flag()) out.narrowed.push_back(out.tables.back());
    }
    const auto published = session.exec_params(
        "SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_publication_tables t JOIN "
        "pg_catalog.pg_namespace n ON n.nspname = "
        "t.schemaname "
        "JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = t.tablename WHERE t.pubname = "
        "$1 ORDER BY 1",
        {name});
    for (int i = 0; i < published.rows(); ++i) {
        catalog_row table(published.row(i));
        out.published.push_back(table.number<std::uint32_t>());
        const auto schema = table.text();
        out.names.push_back(quote_identifier(schema) + "." + quote_identifier(table.text()));
    }
    return out;
}

}  // namespace pgsync::postgres
