#pragma once

/// Only the compile-time half: declarations, SQL, mapping and routes, without any database or HTTP header.
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/declare/describe.hpp>
#include <pgsync/declare/fields.hpp>
#include <pgsync/declare/fixed_string.hpp>
#include <pgsync/declare/index.hpp>
#include <pgsync/declare/options.hpp>
#include <pgsync/declare/relations.hpp>
#include <pgsync/declare/shape_words.hpp>
#include <pgsync/declare/types.hpp>
#include <pgsync/version.hpp>
