#pragma once

#include <pgsync/declare/fields.hpp>
#include <pgsync/declare/options.hpp>
#include <pgsync/declare/relations.hpp>
#include <pgsync/declare/types.hpp>

/// The words that the structs of a shape are written with, and nothing else of pgsync: for files whose own
/// names collide with others of its namespace. `index` is not among them, because C has a function of that
/// name.
namespace pgsync::shape_words {

// members
using pgsync::column;
using pgsync::embed;
using pgsync::expression;
using pgsync::hidden;
using pgsync::json_path;
using pgsync::key;
using pgsync::mapped;
using pgsync::named;

// relations
using pgsync::ancestors;
using pgsync::avg;
using pgsync::belongs_to;
using pgsync::belongs_to_any;
using pgsync::case_of;
using pgsync::count;
using pgsync::descendants;
using pgsync::exists;
using pgsync::has_many;
using pgsync::has_one;
using pgsync::max;
using pgsync::min;
using pgsync::sum;

// options of relations
using pgsync::depends_on;
using pgsync::depth;
using pgsync::foreign_key;
using pgsync::keyed_by;
using pgsync::limit;
using pgsync::offset;
using pgsync::order_by;
using pgsync::pluck;
using pgsync::references;
using pgsync::through;
using pgsync::where;

// element types
using pgsync::bytea;
using pgsync::date;
using pgsync::decimal;
using pgsync::geo_point;
using pgsync::inet;
using pgsync::json;
using pgsync::keyword;
using pgsync::range;
using pgsync::text;
using pgsync::time_of_day;
using pgsync::timestamp;
using pgsync::timestamptz;
using pgsync::uuid;
using pgsync::vector;

}  // namespace pgsync::shape_words
