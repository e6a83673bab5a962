#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pgsync/base/finding.hpp>
#include <pgsync/catalog/identity_plan.hpp>
#include <pgsync/catalog/publication_facts.hpp>
#include <pgsync/catalog/server_facts.hpp>
#include <pgsync/catalog/shape_check.hpp>
#include <pgsync/catalog/table_facts.hpp>
#include <pgsync/commands/setup/setup.hpp>
#include <pgsync/postgres/quote.hpp>

/// Reports writes of the application that PostgreSQL refuses, or would refuse, because of replica identities
/// and publications.
namespace pgsync::app::detail {

inline std::string shown_name(const postgres::table_facts& table) { return table.schema + "." + table.name; }

[[nodiscard]] inline std::vector<step> steps_of(const std::vector<postgres::identity_statement>& statements) {
    std::vector<step> out;
    for (const auto& each : statements) out.push_back(by_sql(each.sql));
    return out;
}

/// Reports updates and deletes of the application that PostgreSQL refuses now, whatever the cause.
inline void check_refused_writes(const postgres::shape_report& report, const std::string& name,
                                 const postgres::server_facts& server, findings& found) {
    for (const auto& [need, plan] : plan_identities(report, name, server.version)) {
        const auto& table = need->table;
        const auto all = other_publications(report, table.oid, {});
        const auto why = postgres::refused_writes(table, server.version, all);
        if (!why) continue;
        auto remedy = steps_of(plan.statements);
        if (plan.publish_generated) {
            remedy.insert(remedy.begin(), by_sql("ALTER PUBLICATION " + postgres::quote_identifier(name) +
                                                 " SET (publish_generated_columns = stored)"));
        }
        const bool by_sync = !remedy.empty() && !plan.impossible && table.owned;
        if (remedy.empty())
            remedy.push_back(by_hand(plan.impossible ? plan.impossible->remedy : why->remedy));
        found.push_back(
            {severity::error, "writes_refused",
             "PostgreSQL refuses updates or deletes of table " + shown_name(table) + ": " + why->why,
             by_sync ? "the application's statements fail; sync sets it right when it starts, and within "
                       "some seconds while it runs"
                     : "the application's statements fail",
             std::move(remedy), by_sync ? mended_by::sync : mended_by::nobody, plan.missing.empty()});
    }
}

/// Reports what bootstrap cannot set up without making PostgreSQL refuse such writes.
inline void check_impossible(const postgres::shape_report& report,
                             const std::optional<postgres::publication_facts>& publication,
                             const std::string& name, const postgres::server_facts& server, findings& found) {
    for (const auto& each : impossible_setup(report, publication, name, server.version)) {
        found.push_back({severity::error,
                         "setup_impossible",
                         each.why,
                         "bootstrap refuses, and changes nothing",
                         {by_hand(each.remedy)},
                         mended_by::nobody,
                         each.sync_starts});
    }
}

}  // namespace pgsync::app::detail
