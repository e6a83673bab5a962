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
/// limit that is meant for an application's sessions cuts a long load. search_path and lock_timeout stay the
/// user's.
inline constexpr std::array<setting, 11> session_settings{{
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
    // Nobody reads notices; libpq would print them.
    {"client_min_messages", "error"},
}};

/// One statement, which a walsender also understands, and which beats every other source of a setting
/// (PGOPTIONS, PGDATESTYLE, ALTER ROLE … SET).
[[nodiscard]] inline std::string settings_sql(int version) {
    std::string out;
    for (const auto& each : session_settings) {
        if (version < each.since) continue;
        out += out.empty() ? "SELECT " : ", ";
        out.append("pg_catalog.set_config('")
            .append(each.name)
            .append("', '")
            .append(each.value)
            .append("', false)");
    }
    return out;
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
