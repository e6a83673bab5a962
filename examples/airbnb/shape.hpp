#pragma once

#include <cstdint>
#include <string>

#include <pgsync/shape.hpp>

namespace airbnb {
using pgsync::belongs_to, pgsync::has_many;

// clang-format off
struct Continent { int id; std::string name; };
struct Country   { int id; std::string name; std::string country_code; belongs_to<Continent> continent; };
struct City      { int id; std::string name; belongs_to<Country> country; };
struct Host      { int id; std::string name; std::string email; };
struct Place     { int id; std::string address; belongs_to<Host> host; belongs_to<City> city; };
struct Guest     { int id; std::string name; std::string email; };
struct Review    { int id; std::int16_t rating; std::string comment; };
struct Booking   {
    std::int64_t           id;
    pgsync::date           start_date, end_date;
    belongs_to<Guest>      guest;      // booking.guest_id  = guest.id
    belongs_to<Place>      place;      // booking.place_id  = place.id
    has_many<Review>       reviews;    // review.booking_id = booking.id
};
// clang-format on
}  // namespace airbnb

struct reservations : pgsync::index<airbnb::Booking> {};  // the index's name is the struct's
