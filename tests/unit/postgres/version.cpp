#include "../../catch.hpp"
#include "contains.hpp"
#include <pgsync/postgres/settings.hpp>
#include <pgsync/postgres/version.hpp>

using namespace pgsync::postgres;

static_assert(function_names(90624).flush_lsn == "pg_catalog.pg_current_xlog_flush_location()");
static_assert(function_names(90624).insert_lsn == "pg_catalog.pg_current_xlog_insert_location()");
static_assert(function_names(100000).flush_lsn == "pg_catalog.pg_current_wal_flush_lsn()");
static_assert(function_names(120000).current_snapshot == "pg_catalog.txid_current_snapshot()");
static_assert(function_names(130000).current_snapshot == "pg_catalog.pg_current_snapshot()");
static_assert(!has_truncate(100023) && has_truncate(110000));
static_assert(!has_via_root(120000) && has_via_root(130000));

TEST_CASE("a session's settings leave out what the server does not know", "[version]") {
    CHECK_THAT(detail::settings_sql(90600)[0],
               !contains("idle_session_timeout") && contains("'extra_float_digits', '3'"));
    CHECK_THAT(detail::settings_sql(150000)[0],
               contains("'idle_session_timeout', '0'") && !contains("transaction_timeout'"));
    CHECK_THAT(detail::settings_sql(170000)[0], contains("'transaction_timeout', '0'"));
    CHECK_THAT(detail::settings_sql(170000)[0], !contains("client_encoding"));
    CHECK_THAT(detail::settings_sql(170000, true)[0], contains("'client_encoding', 'SQL_ASCII'"));
    CHECK_THAT(detail::settings_options("-c work_mem=1MB"),
               Catch::Matchers::StartsWith("-c work_mem=1MB -c DateStyle=ISO -c IntervalStyle=postgres"));
}
