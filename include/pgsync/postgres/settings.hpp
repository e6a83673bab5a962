#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <pgsync/postgres/version.hpp>

namespace pgsync::postgres::detail {

struct setting {
    std::string_view name;
    std::string_view value;
    int since = 0;  ///< first server version that has it
};

/// The settings of every pgsync session. With them a value reads the same in a query and in WAL, and no limit
/// meant for an application's sessions interrupts a long load. lock_timeout is left to the user; for the
/// search_path see settings_sql().
inline constexpr std::array<setting, 15> session_settings{{
    {"DateStyle", "ISO"},
    {"IntervalStyle", "postgres"},
    {"TimeZone", "UTC"},
    {"extra_float_digits", "3"},
    {"bytea_output", "hex"},
    {"standard_conforming_strings", "on"},
    {"statement_timeout", "0"},
    {"idle_in_transaction_session_timeout", "0"},
    {"idle_session_timeout", "0", 140000},
    {"transaction_timeout", "0", 170000},
    // Raise an error instead of returning only some rows, and instead of running code from a policy's author.
    {"row_security", "off"},
    // Notices are not read, and libpq would print them.
    {"client_min_messages", "error"},
    // The planner assumes that a row's JSON costs nothing and that index look-ups are expensive, so it would
    // rather build the JSON of a whole table than look up some hundred rows. Rows that changes refer to are
    // mostly in memory.
    {"random_page_cost", "1.1"},
    // Use one processor of the server only; and these queries are too short to be worth compiling.
    {"max_parallel_workers_per_gather", "0"},
    {"jit", "off", 110000},
}};

/// A `name[]` of the schemas to look for unqualified tables in: those of the user's search_path, then those
/// that it names but the role may not use.
inline constexpr std::string_view users_schemas =
    "current_setting('pgsync.search_path')::name[] || ARRAY(SELECT CASE y.x WHEN '$user' THEN current_user "
    "ELSE y.x::name END FROM (SELECT btrim(regexp_split_to_table(current_setting('pgsync.said_path'), "
    "'\\s*,\\s*'), '\"')) AS y(x))";

/// Sets the search_path to the user's schemas in which functions, operators and types may be looked up too:
/// those in which only the owner, superusers and the current role may create objects. Anyone else could
/// create a function that matches a call better than the built-in one (CVE-2018-1058), and the current role
/// would run it. Must be run with only pg_catalog in the path.
inline constexpr std::string_view trusted_path_sql =
    "SELECT set_config('search_path', coalesce((SELECT string_agg(quote_ident(n.nspname) || ', ', '' ORDER "
    "BY "
    "u.ord) FROM unnest(current_setting('pgsync.search_path')::name[]) WITH ORDINALITY AS u(nsp, ord) "
    "JOIN pg_namespace n ON n.nspname = u.nsp WHERE NOT EXISTS (SELECT "
    "FROM aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a "
    "LEFT JOIN pg_roles r ON r.oid = a.grantee WHERE a.privilege_type = 'CREATE' "
    "AND a.grantee <> n.nspowner AND NOT coalesce(r.rolsuper OR r.rolname = current_user, false))), '') "
    "|| 'pg_temp', false)";

/// Selects the schemas of the user's search_path that are not trusted in this way.
inline constexpr std::string_view distrusted_sql =
    "SELECT u.nsp FROM unnest(current_setting('pgsync.search_path')::name[]) WITH ORDINALITY AS u(nsp, ord) "
    "WHERE u.nsp <> ALL (current_schemas(true)) ORDER BY u.ord";

/// Returns statements to be run one after the other. A walsender accepts them too, and they override every
/// other source of a setting (PGOPTIONS, PGDATESTYLE, ALTER ROLE … SET). With `raw`, texts arrive as the
/// bytes that the database holds.
[[nodiscard]] inline std::array<std::string, 2> settings_sql(int version, bool raw = false) {
    std::string first =
        "SELECT pg_catalog.set_config('pgsync.search_path', "
        "pg_catalog.current_schemas(false)::pg_catalog.text"
        ", false), pg_catalog.set_config('pgsync.said_path', pg_catalog.current_setting('search_path'), "
        "false)"
        ", pg_catalog.set_config('search_path', 'pg_catalog', false)";
    if (raw) first += ", pg_catalog.set_config('client_encoding', 'SQL_ASCII', false)";
    for (const auto& each : session_settings) {
        if (version < each.since) continue;
        first.append(", pg_catalog.set_config('")
            .append(each.name)
            .append("', '")
            .append(each.value)
            .append("', false)");
    }
    return {first, std::string(trusted_path_sql)};
}

/// Returns the same settings as command line options of the server process, for a 9.6 walsender, which
/// accepts no SQL. They come after the user's own options and override them.
[[nodiscard]] inline std::string settings_options(std::string_view users_own) {
    std::string out(users_own);
    for (const auto& each : session_settings) {
        if (each.since > 0) continue;
        if (!out.empty()) out += ' ';
        out.append("-c ").append(each.name).append("=").append(each.value);
    }
    return out;
}

}  // namespace pgsync::postgres::detail
