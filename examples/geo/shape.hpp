#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/shape.hpp>

/// Points, ranges, vectors, arrays and addresses, and what becomes of values that no index can take.
namespace geo {
using namespace pgsync;

// clang-format off
struct Region {
    int                                             id;
    std::string                                     name;
    std::optional<range<int>>                       postcodes;    // int4range:  {"gte": 10000, "lt": 20000}
    std::optional<range<std::int64_t>>              inhabitants;  // int8range
    std::optional<range<decimal<10, 2>>>            elevation;    // numrange
    std::optional<range<date>>                      valid;        // daterange
    std::optional<range<timestamp>>                 season;       // tsrange, on the clock of the place
    std::optional<range<timestamptz>>               closed;       // tstzrange
    std::optional<geo_point>                        centre;
};

struct Place {
    int                                             id;
    std::string                                     name;
    std::optional<geo_point>                        spot;         // point (x: longitude, y: latitude)
    expression<std::optional<geo_point>, "point(longitude, latitude)">  position;   // of two columns
    hidden<std::optional<double>>                   longitude;
    std::optional<double>                           latitude;
    std::optional<vector<3>>                        feature;      // real[]
    std::optional<vector<3>>                        embedding;    // double precision[]
    std::vector<keyword>                            tags;         // text[]
    std::vector<int>                                floors;       // integer[], may be null
    std::vector<double>                             readings;     // double precision[]
    std::optional<inet>                             address;
    belongs_to<Region>                              region;
};

struct Stop     { static constexpr std::string_view table = "place"; int id; std::string name; std::optional<geo_point> spot; };
struct Waypoint { int id; std::optional<std::int16_t> position; std::optional<geo_point> spot; std::optional<float> height;
                  belongs_to<Stop, foreign_key<"place_id">> place; };

struct Track {
    int                                             id;
    std::string                                     name;
    std::optional<timestamp>                        started;
    std::vector<date>                               walked_on;    // date[]
    has_many<Waypoint, order_by<"position">>        waypoints;
    has_many<Waypoint, order_by<"position DESC NULLS LAST">, limit<1>, pluck<"spot">>  last_spot;
    count<Waypoint, where<"spot IS NOT NULL">>      marked;
    max<Waypoint, "height">                         highest;
};
// clang-format on
}  // namespace geo

struct places : pgsync::index<geo::Place> {};
struct tracks : pgsync::index<geo::Track> {};
