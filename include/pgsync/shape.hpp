#pragma once

/// The compile-time half alone: declarations, SQL, mapping and routes, with no database or HTTP header.
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/declare/describe.hpp>
#include <pgsync/declare/fields.hpp>
#include <pgsync/declare/fixed_string.hpp>
#include <pgsync/declare/index.hpp>
#include <pgsync/declare/options.hpp>
#include <pgsync/declare/relations.hpp>
#include <pgsync/declare/types.hpp>
#include <pgsync/version.hpp>
