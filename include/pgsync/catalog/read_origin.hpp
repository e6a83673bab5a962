#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/catalog/catalog_row.hpp>
#include <pgsync/catalog/origin.hpp>
#include <pgsync/catalog/table_facts.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/settings.hpp>
#include <pgsync/postgres/version.hpp>

namespace pgsync::postgres {

/// What shapes read from one table.
struct table_use {
    table_name table;
    bool any_column = false;  ///< SQL of the shape may refer to any column
    std::set<std::string> columns;
};
/// Keyed by the name as the shape writes it.
using table_uses = std::map<std::string, table_use>;

/// The tables that shapes read and the publication, as they are in the catalog at one moment.
struct catalog_state {
    origin made_of;
    /// For each table everything else that can make a running sync go wrong: its qualified name, kind and
    /// persistence, row security, and the replica identities of the tables that hold its rows.
    std::map<std::string, std::string> nature;
    /// For each view the tables it reads, at any depth, by oid and name. Views that read a materialised view
    /// are left out: they change only with REFRESH.
    std::map<std::string, std::map<std::uint32_t, std::string>> read_by_views;

    /// Returns true if there is a difference to examine. New columns of a table or new entries in the
    /// publication do not count.
    [[nodiscard]] bool differs_from(const catalog_state& before) const {
        return nature != before.nature || !differences(before.made_of, made_of).empty();
    }
};

namespace detail {

/// Returns the beginning of a query with two CTEs. `found`: the tables of the names $1 (schemas; an empty one
/// stands for the search_path) and $2. `down`: these and all tables below them by partitioning.
[[nodiscard]] inline std::string found_tables_sql(int version) {
    return "WITH RECURSIVE found AS (SELECT t.ord, c.* FROM unnest($1::text[], $2::text[]) WITH ORDINALITY "
           "AS "
           "t(nsp, rel, ord) CROSS JOIN (SELECT " +
           std::string(users_schemas) +
           " AS path) s CROSS JOIN LATERAL (SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence, "
           "c.relfilenode FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
           "c.relnamespace WHERE c.relname = t.rel::name AND CASE WHEN t.nsp <> '' THEN n.nspname = "
           "t.nsp::name ELSE n.nspname = ANY (s.path) END ORDER BY array_position(s.path, n.nspname) LIMIT "
           "1) c), "
           "down AS (SELECT f.ord, f.oid FROM found f UNION SELECT d.ord, i.inhrelid FROM down d "
           "JOIN pg_catalog.pg_inherits i ON i.inhparent = d.oid" +
           std::string(has_partitions(version)
                           ? " JOIN pg_catalog.pg_class p ON p.oid = i.inhparent AND p.relkind = 'p'"
                           : "") +
           ") ";
}

[[nodiscard]] inline std::string origin_sql(int version) {
    // To the server, a deferrable or invalid index is not an identity.
    const std::string identity =
        "SELECT pg_catalog.string_agg(c.oid::text || c.relreplident::text || coalesce(("
        "SELECT pg_catalog.string_agg(x.indexrelid::text || ' ' || x.indkey::text, ',' ORDER BY "
        "x.indexrelid) "
        "FROM pg_catalog.pg_index x WHERE x.indrelid = c.oid AND x.indisvalid AND x.indimmediate AND "
        "((c.relreplident = 'd' AND x.indisprimary) OR (c.relreplident = 'i' AND x.indisreplident))), '') || "
        "c.relpersistence::text, ';' ORDER BY c.oid) FROM down d JOIN pg_catalog.pg_class c ON c.oid = d.oid "
        "WHERE d.ord = f.ord AND c.relkind IN ('r', 'f')";
    const std::string published =
        has_publications(version)
            ? "(SELECT pg_catalog.string_agg(r.oid::text, ' ' ORDER BY r.oid) FROM down d JOIN "
              "pg_catalog.pg_publication_rel r ON r.prrelid = d.oid JOIN pg_catalog.pg_publication p ON "
              "p.oid = "
              "r.prpubid WHERE d.ord = f.ord AND p.pubname = $3::name)"
            : "NULLIF($3::text, $3::text)";
    return found_tables_sql(version) +
           "SELECT f.ord, f.oid, pg_catalog.quote_ident(f.nspname) || '.' || "
           "pg_catalog.quote_ident(f.relname), "
           "f.relkind, f.relkind::text || f.relpersistence::text || "
           "pg_catalog.row_security_active(f.oid)::text "
           "|| ' ' || coalesce((" +
           identity +
           "), ''), CASE WHEN f.relfilenode <> 0 THEN f.relfilenode::text ELSE coalesce((SELECT "
           "pg_catalog.string_agg(c.oid::text || ':' || c.relfilenode::text, ' ' ORDER BY c.oid) FROM down d "
           "JOIN pg_catalog.pg_class c ON c.oid = d.oid WHERE d.ord = f.ord AND c.relkind = 'r'), '') END, "
           "(SELECT pg_catalog.string_agg(c.oid::text, ' ' ORDER BY c.oid) FROM down d JOIN "
           "pg_catalog.pg_class c "
           "ON c.oid = d.oid WHERE d.ord = f.ord AND d.oid <> f.oid AND c.relkind IN ('r', 'f')), "
           "(SELECT pg_catalog.string_agg(i.inhrelid::text || ':' || i.xmin::text, ' ' ORDER BY i.inhrelid) "
           "FROM down d JOIN pg_catalog.pg_inherits i ON i.inhrelid = d.oid WHERE d.ord = f.ord AND d.oid <> "
           "f.oid), " +
           published + " FROM found f ORDER BY f.ord";
}

[[nodiscard]] inline std::string origin_columns_sql(int version) {
    const std::string computed =
        has_generated_columns(version)
            ? " || coalesce((SELECT ' ' || pg_catalog.md5(g.adbin::text) FROM pg_catalog.pg_attrdef g WHERE "
              "a.attgenerated <> '' AND g.adrelid = a.attrelid AND g.adnum = a.attnum), '')"
            : "";
    return "SELECT a.attrelid, a.attname, a.attnum::text || ' ' || a.atttypid::text || ' ' || "
           "a.atttypmod::text || ' x' || a.xmin::text" +
           computed +
           " FROM pg_catalog.pg_attribute a WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT "
           "a.attisdropped";
}

/// Views are read through their rules, which refer to relations by oid. REFRESH gives a materialised view a
/// new file; REFRESH CONCURRENTLY writes rows into the old one, which nothing in the catalog shows in time.
inline constexpr std::string_view view_origin_sql =
    "WITH RECURSIVE up AS (SELECT v AS view, v AS oid FROM unnest($1::oid[]) AS v UNION "
    "SELECT u.view, d.refobjid FROM up u JOIN pg_catalog.pg_rewrite w ON w.ev_class = u.oid "
    "JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = w.oid AND "
    "d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'n' AND d.refobjid <> u.oid) "
    "SELECT u.view, c.relkind, c.oid, c.oid::regclass::text, CASE WHEN c.relkind IN ('v', 'm') THEN "
    "pg_catalog.md5((SELECT "
    "pg_catalog.string_agg(w.ev_action::text, '' ORDER BY w.rulename) FROM pg_catalog.pg_rewrite w WHERE "
    "w.ev_class = c.oid)) END, CASE WHEN c.relkind = 'm' THEN c.relfilenode::text END FROM up u "
    "JOIN pg_catalog.pg_class c ON c.oid = u.oid ORDER BY u.view, c.oid";

[[nodiscard]] inline std::string publication_state_sql(int version) {
    std::string sql =
        "SELECT p.oid::text || ' ' || p.xmin::text || ' ' || p.puballtables::text || p.pubinsert::text || "
        "p.pubupdate::text || p.pubdelete::text";
    if (has_truncate(version)) sql += " || p.pubtruncate::text";
    if (has_via_root(version)) sql += " || p.pubviaroot::text";
    if (has_publication_filters(version))
        sql +=
            " || coalesce((SELECT ' ' || pg_catalog.string_agg(s.oid::text, ' ' ORDER BY s.oid) FROM "
            "pg_catalog.pg_publication_namespace s WHERE s.pnpubid = p.oid), '')";
    return sql + " FROM pg_catalog.pg_publication p WHERE p.pubname = $1::name";
}

inline void read_views(session& session, const std::map<std::uint32_t, std::vector<std::string>>& views,
                       catalog_state& out) {
    if (views.empty()) return;
    std::vector<std::string> oids;
    for (const auto& [oid, names] : views) oids.push_back(std::to_string(oid));
    const std::vector<std::string_view> list(oids.begin(), oids.end());
    const auto rows = session.exec_params(view_origin_sql, {array_literal(list)});
    std::set<std::string> stored;
    for (int i = 0; i < rows.rows(); ++i) {
        catalog_row row(rows.row(i));
        const auto view = row.number<std::uint32_t>();
        const auto kind = row.character();
        const auto oid = row.number<std::uint32_t>();
        const auto called = row.text();
        const auto definition = row.text();
        const auto state = row.text();
        for (const auto& name : views.at(view)) {
            auto& described = out.made_of.tables[name].view;
            if (!definition.empty()) described += (described.empty() ? "" : " ") + definition.substr(0, 12);
            if (!state.empty()) described += ":" + state;
            if (kind == 'm') stored.insert(name);
            if (kind == 'r' || kind == 'p' || kind == 'f') out.read_by_views[name][oid] = called;
        }
    }
    for (const auto& name : stored) out.read_by_views.erase(name);
}

}  // namespace detail

/// Reads the tables in `uses` and the publication as they are now. Takes two round trips, three with a
/// publication, and one more with views; locks no table.
[[nodiscard]] inline catalog_state read_catalog_state(session& session, const table_uses& uses,
                                                      std::string_view publication) {
    const auto version = session.server_version();
    catalog_state out;
    std::vector<const std::string*> names;
    std::vector<std::string_view> schemas;
    std::vector<std::string_view> tables;
    for (const auto& [name, use] : uses) {
        names.push_back(&name);
        schemas.push_back(use.table.schema);
        tables.push_back(use.table.name);
        out.made_of.tables[name];
        out.nature[name];
    }
    const auto found = session.exec_params(detail::origin_sql(version),
                                           {array_literal(schemas), array_literal(tables), publication});
    std::map<std::uint32_t, std::vector<std::string>> by_oid;
    std::map<std::uint32_t, std::vector<std::string>> views;
    const auto sorted_oids = [](catalog_row& row) {
        auto oids = row.numbers<std::uint32_t>();
        std::sort(oids.begin(), oids.end());
        return oids;
    };
    std::vector<std::string> oids;
    for (int i = 0; i < found.rows(); ++i) {
        catalog_row row(found.row(i));
        const auto& name = *names.at(row.number<std::size_t>() - 1);
        auto& table = out.made_of.tables[name];
        table.oid = row.number<std::uint32_t>();
        auto& nature = out.nature[name];
        nature = row.text();
        const auto kind = row.character();
        nature += " " + row.text();
        const auto file = row.text();
        const bool is_view = kind == 'v' || kind == 'm';
        if (!is_view) table.file = file;
        table.partitions = sorted_oids(row);
        table.attached = detail::parts_of(row.text());
        std::sort(table.attached.begin(), table.attached.end());
        table.published = sorted_oids(row);
        by_oid[table.oid].push_back(name);
        if (is_view) views[table.oid].push_back(name);
        oids.push_back(std::to_string(table.oid));
    }
    const std::vector<std::string_view> oid_views(oids.begin(), oids.end());
    const auto columns = session.exec_params(detail::origin_columns_sql(version), {array_literal(oid_views)});
    for (int i = 0; i < columns.rows(); ++i) {
        catalog_row row(columns.row(i));
        const auto oid = row.number<std::uint32_t>();
        const auto column = row.text();
        const auto described = row.text();
        for (const auto& name : by_oid.at(oid)) {
            const auto& use = uses.at(name);
            if (use.any_column || use.columns.contains(column))
                out.made_of.tables[name].columns[column] = described;
        }
    }
    detail::read_views(session, views, out);
    if (has_publications(version)) {
        const auto state = session.exec_params(detail::publication_state_sql(version), {publication});
        if (state.rows() != 0) out.made_of.publication = state.get(0, 0);
    }
    return out;
}

}  // namespace pgsync::postgres
