#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <pgsync/base/finding.hpp>
#include <pgsync/catalog/identity_plan.hpp>
#include <pgsync/catalog/lookups.hpp>
#include <pgsync/catalog/shape_check.hpp>
#include <pgsync/catalog/table_facts.hpp>
#include <pgsync/commands/setup/setup.hpp>
#include <pgsync/postgres/quote.hpp>
#include <pgsync/postgres/session.hpp>
#include <pgsync/postgres/version.hpp>

/// Checks how future partitions will be set up: each is created with REPLICA IDENTITY DEFAULT, whatever the
/// others have. It inherits the primary key, and nothing else that could identify its rows.
namespace pgsync::app {

/// Returns the statements of an event trigger that gives a new or newly attached partition REPLICA IDENTITY
/// FULL in the same statement, if a table above it has that. One trigger serves all tables of a database.
[[nodiscard]] inline std::vector<std::string> partition_trigger(const std::string& schema) {
    const auto function = postgres::quote_identifier(schema) + ".\"pgsync_partition_identity\"()";
    return {
        "CREATE OR REPLACE FUNCTION " + function +
            " RETURNS event_trigger\nLANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$\n"
            "DECLARE\n"
            "    part regclass;\n"
            "BEGIN\n"
            "    FOR part IN\n"
            "        SELECT DISTINCT leaf.relid\n"
            "        FROM pg_event_trigger_ddl_commands() ddl\n"
            "        CROSS JOIN LATERAL pg_partition_tree(ddl.objid) leaf\n"
            "        JOIN pg_class c ON c.oid = leaf.relid\n"
            "        WHERE ddl.classid = 'pg_class'::regclass AND c.relkind = 'r' AND c.relispartition\n"
            "          AND c.relreplident <> 'f'\n"
            "          AND EXISTS (SELECT FROM pg_partition_ancestors(c.oid) up\n"
            "                      JOIN pg_class above ON above.oid = up.relid\n"
            "                      WHERE above.relkind = 'p' AND above.relreplident = 'f')\n"
            "    LOOP\n"
            "        EXECUTE format('ALTER TABLE %s REPLICA IDENTITY FULL', part);\n"
            "    END LOOP;\n"
            "EXCEPTION WHEN OTHERS THEN\n"
            "    RAISE WARNING 'a new partition has no replica identity: %', SQLERRM;\n"
            "END $function$",
        "CREATE EVENT TRIGGER pgsync_partition_identity ON ddl_command_end WHEN TAG IN ('CREATE TABLE', "
        "'ALTER TABLE') EXECUTE FUNCTION " +
            function};
}

/// Reports that later partitions will have no replica identity; empty if the primary key serves as one.
/// `full_fits`: REPLICA IDENTITY FULL would not make PostgreSQL refuse updates here. `has_trigger`: see
/// partition_trigger().
[[nodiscard]] inline findings partition_finding(const postgres::table_facts& table, bool full_fits,
                                                bool has_trigger) {
    const bool keyed = std::any_of(table.indexes.begin(), table.indexes.end(),
                                   [](const auto& index) { return index.primary && index.immediate; });
    if (table.kind != 'p' || keyed || (has_trigger && full_fits && table.replica_identity == 'f')) return {};
    const auto name = postgres::quoted_name(table);
    std::vector<step> remedy{by_hand("give it a primary key that is not deferrable: ALTER TABLE " + name +
                                     " ADD PRIMARY KEY (…)" +
                                     (full_fits ? "; or else, as a superuser:" : ""))};
    if (full_fits) {
        if (!has_trigger) {
            for (auto& sql : partition_trigger(table.schema)) remedy.push_back(by_sql(std::move(sql)));
        }
        if (table.replica_identity != 'f')
            remedy.push_back(by_sql("ALTER TABLE " + name + " REPLICA IDENTITY FULL"));
    }
    findings out;
    out.push_back(
        {severity::warning, "partitions_without_key",
         "partitioned table " + table.schema + "." + table.name +
             " has no primary key that could be the replica identity of its partitions",
         "PostgreSQL refuses the application's updates and deletes of a new partition from the moment it is "
         "there until it has a replica identity, which no partition takes over from its table",
         std::move(remedy)});
    return out;
}

/// Returns one finding for each partitioned table of the shapes that needs one. None before version 13, where
/// a new partition is not published automatically.
[[nodiscard]] inline findings partition_findings(postgres::session& catalog,
                                                 const postgres::shape_report& report,
                                                 const std::string& name, int version) {
    findings out;
    if (!postgres::has_via_root(version) || report.partitioned.empty()) return out;
    const bool has_trigger =
        catalog
            .exec(
                "SELECT 1 FROM pg_catalog.pg_event_trigger WHERE evtname = 'pgsync_partition_identity' AND "
                "evtenabled IN ('O', 'A')")
            .rows() == 1;
    for (const auto& table : report.partitioned) {
        const auto others = other_publications(report, table.oid, name);
        for (auto& each : partition_finding(table, postgres::takes_full(table, version, others), has_trigger))
            out.push_back(std::move(each));
    }
    return out;
}

}  // namespace pgsync::app
