#pragma once

#include <pgsync/shape/node.hpp>

namespace pgsync {

/// The properties that SQL, mapping and checks need of a kind of value. A new kind needs an entry in
/// traits_of().
struct value_traits {
    bool number = false;
    bool whole = false;    ///< a number without decimals
    bool range = false;    ///< an object with bounds in the document
    bool ordered = false;  ///< PostgreSQL has `min` and `max` for it
    bool scalar = false;   ///< one JSON number, string or boolean, which can be an array's element
};

[[nodiscard]] constexpr value_traits traits_of(value_kind kind) {
    switch (kind) {
        case value_kind::int16:
        case value_kind::int32:
        case value_kind::int64:
            return {.number = true, .whole = true, .ordered = true, .scalar = true};
        case value_kind::float32:
        case value_kind::float64:
        case value_kind::decimal:
            return {.number = true, .ordered = true, .scalar = true};
        case value_kind::text:
        case value_kind::keyword:
        case value_kind::enumeration:
        case value_kind::date:
        case value_kind::timestamp:
        case value_kind::timestamptz:
        case value_kind::time_of_day:
        case value_kind::inet:
            return {.ordered = true, .scalar = true};
        case value_kind::boolean:
        case value_kind::uuid:
        case value_kind::json:
            return {.scalar = true};
        case value_kind::bytea:
        case value_kind::geo_point:
        case value_kind::vector:
            return {};
        case value_kind::int32_range:
        case value_kind::int64_range:
        case value_kind::decimal_range:
        case value_kind::date_range:
        case value_kind::timestamp_range:
        case value_kind::timestamptz_range:
            return {.range = true};
    }
    return {};
}

}  // namespace pgsync
