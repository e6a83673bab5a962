#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pgsync/shape.hpp>

namespace rental {
using pgsync::avg, pgsync::count, pgsync::exists, pgsync::max, pgsync::sum;
using pgsync::belongs_to, pgsync::depends_on, pgsync::has_many, pgsync::has_one;
using pgsync::date, pgsync::decimal, pgsync::key, pgsync::keyword, pgsync::timestamptz;
using pgsync::foreign_key, pgsync::order_by, pgsync::pluck, pgsync::references, pgsync::through,
    pgsync::where;
using std::optional;

enum class Rating { all, six, twelve, sixteen, adult };  // the labels of PostgreSQL's enum film_rating

// clang-format off
struct Language  { int id; std::string name; };
struct Category  { int id; keyword name; };
struct Actor     { int id; std::string first_name; optional<std::string> last_name; };
struct Country   { int id; std::string name; };
struct City      { int id; std::string name; belongs_to<Country> country; };
struct Address   { int id; std::string street; optional<keyword> postal; belongs_to<City> city; };
struct Staff     { int id; std::string name; };
struct Store     { int id; std::string name; belongs_to<Address> address; belongs_to<Staff> manager; };

struct FilmNote  { optional<std::string> note; optional<date> written; };   // no key: ordered by the whole row's text
struct Payment   { key<std::int64_t> id; key<timestamptz> paid_at; decimal<7, 2> amount; };   // partitioned

// --- films --------------------------------------------------------------------------------------------

// Named by aggregates and by depends_on only: what they need is the table.
struct Inventory { int id; };
struct Rental    { std::int64_t id; timestamptz rented; };

// A view, made of inventory and rental: one row for each film that there is a disc of.
struct FilmStats { key<int> film_id; std::int64_t discs, rentals, out_now; optional<timestamptz> last_rented; };

// film -> inventory -> rental: the rentals whose inventory_id is the id of one of the film's discs.
using via_disc   = through<"inventory", foreign_key<"film_id">, foreign_key<"id">>;
using via_rental = through<"rental", foreign_key<"inventory_id">, foreign_key<"id">>;

struct Film {
    int                     id;
    std::string             title;
    pgsync::mapped<optional<std::string>, R"({"type":"text","analyzer":"english","index_options":"offsets"})">
                            description;               // searched as English
    optional<std::int16_t>  year;
    optional<int>           minutes;
    optional<decimal<6, 2>> hours;                     // GENERATED ALWAYS AS (…) STORED
    decimal<5, 2>           rate;
    optional<Rating>        rating;
    std::vector<keyword>    features;                  // text[], may be null
    belongs_to<Language>    language;                  // film.language_id = language.id
    belongs_to<Language>    original_language;

    has_many<Actor, through<"film_actor", foreign_key<"film_id">, foreign_key<"actor_id">>,
             order_by<"last_name, first_name">>        actors;
    has_many<Category, through<"film_category", foreign_key<"film_id">, foreign_key<"category_id">>,
             order_by<"name">, pluck<"name">>          categories;
    has_many<Store, through<"inventory", foreign_key<"film_id">, foreign_key<"store_id">>> stores;   // each once
    has_many<FilmNote>                                 notes;

    count<Inventory>                                   discs;
    count<Rental, via_disc, references<"inventory_id">>                                 times_rented;
    exists<Rental, via_disc, references<"inventory_id">, where<"returned IS NULL">>     out_now;
    max<Rental, "rented", via_disc, references<"inventory_id">>                         last_rented;
    sum<Payment, "amount", via_disc, via_rental, references<"rental_id">>               earned;

    // Nearly the same from a view. inventory.film_id says whose row changes; rental has no such column, so any
    // change there has every document read again: convenient, and no good idea for a large table.
    has_one<FilmStats, depends_on<Inventory, "film_id">, depends_on<Rental>>         stats;
};

// --- customers ----------------------------------------------------------------------------------------

struct RentedFilm {
    static constexpr std::string_view table = "film";
    int                     id;
    std::string             title;
    optional<decimal<6, 2>> hours;
    has_many<Category, through<"film_category", foreign_key<"film_id">, foreign_key<"category_id">>,
             pluck<"name">> categories;
};
struct Disc {
    static constexpr std::string_view table = "inventory";
    int                    id;
    belongs_to<RentedFilm> film;
    belongs_to<Store>      store;
};
struct CustomerRental {
    static constexpr std::string_view table = "rental";
    std::int64_t           id;
    timestamptz            rented;
    optional<timestamptz>  returned;
    belongs_to<Disc, foreign_key<"inventory_id">>                  disc;
    belongs_to<Staff>                                              staff;
    has_many<Payment, foreign_key<"rental_id">>                    payments;
    sum<Payment, "amount", foreign_key<"rental_id">>               paid;
};

struct Customer {
    int                    id;
    std::string            name;
    optional<keyword>      email;
    bool                   active;
    optional<date>         joined;
    belongs_to<Address>    address;                    // with its city, and that with its country
    belongs_to<Store>      store;
    has_many<CustomerRental, foreign_key<"customer_id">, order_by<"rented DESC">> rentals;
    has_many<RentedFilm, through<"rental", foreign_key<"customer_id">, foreign_key<"inventory_id">>,
             through<"inventory", foreign_key<"id">, foreign_key<"film_id">>, pluck<"title">> films;   // each once
    has_many<Payment>                                              payments;      // in the order of (id, paid_at)
    sum<Payment, "amount">                                         paid;
    sum<Payment, "amount", where<"amount < 0">>                    refunded;
    avg<Payment, "amount">                                         mean_payment;
    max<Payment, "paid_at">                                        last_paid;
};
// clang-format on
}  // namespace rental

struct films : pgsync::index<rental::Film> {};
struct customers : pgsync::index<rental::Customer> {};
// A partitioned table as root: its rows are one index, whichever partition holds them.
struct payments : pgsync::index<rental::Payment> {};
// A view as root: a document for each of its rows, which come and go with the rows of the tables it is made
// of.
struct film_numbers : pgsync::index<rental::FilmStats, rental::depends_on<rental::Inventory, "film_id">,
                                    rental::depends_on<rental::Rental>> {};
