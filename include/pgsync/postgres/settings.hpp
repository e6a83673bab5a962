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
    int since = 0;  ///< the first server version that knows it
};

/// What every session of pgsync runs with, so that a value reads the same in a query and in the log, and no
/// limit that is meant for an application's sessions cuts a long load. lock_timeout stays the user's; for the
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
    // An error rather than some rows only, and rather than running what a policy's author wrote.
    {"row_security", "off"},
    // Nobody reads notices; libpq would print them.
    {"client_min_messages", "error"},
    // The planner takes a row's JSON for free, and so would rather make that of a whole table than look up
    // some hundred rows, which it takes for dear: what changes refer to is mostly in memory.
    {"random_page_cost", "1.1"},
    // One processor is what we ask of the server; and our queries are too short to be worth compiling.
    {"max_parallel_workers_per_gather", "0"},
    {"jit", "off", 110000},
}};

/// Where tables without a schema are looked for, a `name[]`: the schemas of the user's search_path, behind
/// them those that he names but may not use.
inline constexpr std::string_view users_schemas =
    "current_setting('pgsync.search_path')::name[] || ARRAY(SELECT CASE y.x WHEN '$user' THEN current_user "
    "ELSE y.x::name END FROM (SELECT btrim(regexp_split_to_table(current_setting('pgsync.said_path'), "
    "'\\s*,\\s*'), '\"')) AS y(x))";

/// Those of them in which functions, operators and types may be found, too: nobody but its owner, a superuser
/// and the current role may create anything there. Anybody else could make a function that fits a call better
/// than the built-in one (CVE-2018-1058) and would have the current role run it. To be run with nothing but
/// pg_catalog in the path.
inline constexpr std::string_view trusted_path_sql =
    "SELECT set_config('search_path', coalesce((SELECT string_agg(quote_ident(n.nspname) || ', ', '' ORDER "
    "BY "
    "u.ord) FROM unnest(current_setting('pgsync.search_path')::name[]) WITH ORDINALITY AS u(nsp, ord) "
    "JOIN pg_namespace n ON n.nspname = u.nsp WHERE NOT EXISTS (SELECT "
    "FROM aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a "
    "LEFT JOIN pg_roles r ON r.oid = a.grantee WHERE a.privilege_type = 'CREATE' "
    "AND a.grantee <> n.nspowner AND NOT coalesce(r.rolsuper OR r.rolname = current_user, false))), '') "
    "|| 'pg_temp', false)";

/// Which schemas of the user's search_path are not trusted so.
inline constexpr std::string_view distrusted_sql =
    "SELECT u.nsp FROM unnest(current_setting('pgsync.search_path')::name[]) WITH ORDINALITY AS u(nsp, ord) "
    "WHERE u.nsp <> ALL (current_schemas(true)) ORDER BY u.ord";

/// Statements to be run one after the other, which a walsender also understands, and which beat every other
/// source of a setting (PGOPTIONS, PGDATESTYLE, ALTER ROLE … SET). With `raw` texts come as the bytes that
/// the database holds.
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

/// The same as command line options of the server process, for a 9.6 walsender, which takes no SQL.
/// They come after the user's own and win.
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
