#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <pgsync/pgsync.hpp>

/// The shapes of the randomised test: three indices over the tables of schema.sql, read from one slot.
/// Made to be awkward rather than sensible; expected.sql says by hand what each document must be.
namespace random_test {

using pgsync::belongs_to, pgsync::has_many, pgsync::has_one;
using pgsync::column, pgsync::foreign_key, pgsync::hidden, pgsync::key, pgsync::named, pgsync::references;
using pgsync::date, pgsync::decimal, pgsync::timestamp, pgsync::timestamptz, pgsync::uuid;

struct Continent {
    key<std::string> code;
    std::string name;
    std::optional<date> founded;
};

struct Country {
    key<std::string> continent_code;
    key<std::int16_t> number;
    std::string name;
    std::optional<std::string> anthem;
    belongs_to<Continent, foreign_key<"continent_code">> continent;
};

struct City {
    uuid id;
    std::string name;
    std::optional<std::int64_t> population;
    std::optional<bool> capital;
    belongs_to<Country, foreign_key<"country_continent", "country_number">> country;
};

// --- random_trips ------------------------------------------------------------------------------------

struct Guest {
    static constexpr std::string_view table = "person";
    std::int64_t id;
    std::string full_name;
    column<std::optional<std::string>, "email"> mail;
    named<belongs_to<City, foreign_key<"home_city">>, "home city"> home;
};

struct Author {
    static constexpr std::string_view table = "person";
    std::int64_t id;
    std::string full_name;
    bool vip;
};

struct Photo {
    std::int32_t id;
    std::optional<std::string> caption;
    std::optional<timestamptz> taken;
    named<column<std::optional<std::int64_t>, "size">, "size in bytes"> size;
};

struct Place {
    static constexpr std::string_view schema = "Weird Schema";
    static constexpr std::string_view table = "T able-1";
    key<named<column<std::string, "Sel ect">, "Sel ect">> code;
    named<column<std::optional<std::string>, "Üñí">, "Üñí"> accents;
    named<column<std::optional<std::int32_t>, "with \"quote">, "with \"quote\\ and slash"> quoted;
    column<std::optional<decimal<10, 2>>, "100%"> percent;
    column<std::optional<std::string>, "big text"> big_text;
    hidden<column<std::optional<std::string>, "Ünused \\">> unused;
    belongs_to<City, foreign_key<"in city">> city;
    // More than the 63 bytes that an identifier of PostgreSQL holds.
    named<has_many<Photo, foreign_key<"place key">>,
          "every photo that anybody has ever taken here, oldest number first (a key of 85 bytes)">
        photos;
};

struct Review {
    key<uuid> leg_id;
    key<std::int16_t> position;
    std::optional<std::int16_t> stars;
    std::optional<std::string> body;
    std::optional<timestamptz> written;
    belongs_to<Author, foreign_key<"author">> author;
};

struct Leg {
    uuid id;
    std::optional<timestamp> departs;
    std::optional<std::string> seat;
    std::optional<std::int64_t> distance;
    belongs_to<Place, foreign_key<"place">> place;
    has_many<Review> reviews;
};

struct Invoice {
    key<std::string> region;
    key<std::string> series;
    key<std::int64_t> number;
    std::optional<decimal<38, 10>> total;
    std::optional<timestamptz> issued;
    std::optional<std::string> memo;
};

struct Booking {
    static constexpr std::string_view table = "inventory.booking";
    key<std::string> region;
    key<std::string> series;
    key<std::int64_t> number;
    std::optional<std::int64_t> guest_id;
    std::optional<date> starts;
    std::optional<timestamp> ends;
    std::optional<decimal<20, 6>> price;
    bool paid;
    std::optional<std::int16_t> party;
    std::optional<double> ratio;
    std::optional<std::string> remark;
    std::optional<std::string> contract;
    belongs_to<Guest> guest;
    has_one<Invoice, foreign_key<"region", "series", "number">> invoice;
    has_many<Leg, foreign_key<"trip_region", "trip_series", "trip_number">> legs;
};

// --- random_people -----------------------------------------------------------------------------------

struct Office {
    static constexpr std::string_view schema = "Weird Schema";
    static constexpr std::string_view table = "Off\"ice";
    key<named<column<std::int16_t, "k|1">, "k|1">> first;
    key<named<column<std::string, "k\\2">, "k\\2">> second;
    column<std::optional<timestamptz>, "from"> opens;
    named<column<std::optional<bool>, "select">, "select"> chosen;
};

struct Agency {
    std::int32_t id;
    std::string code;
    std::int16_t branch;
    hidden<std::optional<std::string>> license;
    std::optional<std::string> name;
    has_many<Office, foreign_key<"license">, references<"license">> offices;
};

struct Passport {
    key<std::string> number;
    std::optional<date> issued;
    std::optional<bool> valid;
    belongs_to<Country, foreign_key<"country_continent", "country_number">> issuer;
};

struct Friend {
    static constexpr std::string_view table = "person";
    std::int64_t id;
    std::string full_name;
    std::optional<date> born;
};

struct Friendship {
    key<std::int64_t> person_id;
    key<std::int64_t> friend_id;
    std::optional<timestamp> since;
    std::optional<double> closeness;
    named<belongs_to<Friend, foreign_key<"friend_id">>, "friend"> whom;
};

struct Stop {
    static constexpr std::string_view table = "leg";
    uuid id;
    std::optional<timestamp> departs;
};

struct BookingOfPerson {
    static constexpr std::string_view table = "inventory.booking";
    key<std::string> region;
    key<std::string> series;
    key<std::int64_t> number;
    std::optional<date> starts;
    bool paid;
    has_many<Stop, foreign_key<"trip_region", "trip_series", "trip_number">> stops;
};

struct Person {
    std::int64_t id;
    std::string full_name;
    std::optional<std::string> email;
    std::optional<date> born;
    std::optional<decimal<14, 4>> balance;
    bool vip;
    std::optional<timestamptz> seen;
    std::optional<uuid> token;
    std::optional<std::string> biography;
    hidden<std::optional<std::string>> secret;
    belongs_to<City, foreign_key<"home_city">> home_city;
    belongs_to<City, foreign_key<"work_city">> work_city;
    belongs_to<Agency, foreign_key<"agency_code", "agency_branch">, references<"code", "branch">> agency;
    has_one<Passport> passport;
    has_many<Friendship> friendships;
    has_many<BookingOfPerson, foreign_key<"guest_id">> bookings;
};

// --- random_cities -----------------------------------------------------------------------------------

struct Resident {
    static constexpr std::string_view table = "person";
    std::int64_t id;
    std::string full_name;
};

struct Worker {
    static constexpr std::string_view table = "person";
    std::int64_t id;
    bool vip;
};

struct PlaceInCity {
    static constexpr std::string_view schema = "Weird Schema";
    static constexpr std::string_view table = "T able-1";
    key<column<std::string, "Sel ect">> code;
    column<std::optional<decimal<10, 2>>, "100%"> percent;
};

struct CityPage {
    static constexpr std::string_view table = "city";
    uuid id;
    std::string name;
    std::optional<std::int64_t> population;
    belongs_to<Country, foreign_key<"country_continent", "country_number">> country;
    has_many<Resident, foreign_key<"home_city">> residents;
    has_many<Worker, foreign_key<"work_city">> workers;
    has_many<PlaceInCity, foreign_key<"in city">> places;
};

}  // namespace random_test

struct random_trips : pgsync::index<random_test::Booking> {};
struct random_people : pgsync::index<random_test::Person> {};
struct random_cities : pgsync::index<random_test::CityPage> {};
