#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include <pgsync/shape.hpp>
#include <pgsync/transform.hpp>

namespace vendor {
// Somebody else's structs: they know nothing of pgsync and cannot be changed.
// clang-format off
struct Imprint   { int id; std::string name; };
struct Publisher { int number; std::string name; std::optional<std::string> country;
                   std::vector<Imprint> imprints; std::int64_t loaded_at; };
// clang-format on
}  // namespace vendor

// What they cannot say themselves. Members that are not named here count as they were declared.
template <>
struct pgsync::describe<vendor::Publisher> {
    static constexpr std::string_view table = "publishing_house";
    using members =
        pgsync::members<pgsync::as<"number", pgsync::key<int>>,
                        pgsync::as<"country", pgsync::column<std::optional<std::string>, "country_code">>,
                        pgsync::as<"imprints", pgsync::has_many<vendor::Imprint>>,
                        pgsync::leave_out<"loaded_at">>;
};

namespace book {
using pgsync::belongs_to, pgsync::has_many;
using pgsync::date, pgsync::decimal, pgsync::range, pgsync::timestamp, pgsync::timestamptz, pgsync::uuid;
using pgsync::embed, pgsync::expression, pgsync::hidden, pgsync::json_path, pgsync::key, pgsync::keyword;
using pgsync::foreign_key, pgsync::keyed_by, pgsync::limit, pgsync::order_by, pgsync::pluck, pgsync::through;
using std::optional;

enum class Format { hardcover, paperback, ebook, audio };  // the labels of PostgreSQL's enum book_format

// clang-format off
struct Language    { key<keyword> code; std::string name; };
struct Author      { int id; std::string name; optional<date> born; };
struct Subject     { int id; optional<std::string> name; };
struct Translation { int id; optional<keyword> language_code; optional<std::string> title;
                     optional<date> published; };
struct Shelf       { uuid id; optional<keyword> room; };
struct Copy        { std::int64_t id; optional<timestamptz> acquired; belongs_to<Shelf> shelf;
                     expression<keyword, "CASE WHEN shelf_id IS NULL THEN 'lent' ELSE 'here' END"> whereabouts; };
struct Review      { int id; optional<std::int16_t> stars; optional<std::string> body;
                     optional<timestamp> written; };

// Columns of the book's own row, as objects inside it. One leads to another table.
struct Size        { optional<decimal<6, 2>> width_cm, height_cm; };
struct Origin      { int edition; optional<timestamp> printed;
                     belongs_to<Language, foreign_key<"language_code">> language; };

struct Book {
    key<keyword>                        isbn;           // the primary key, which is not called id
    pgsync::text<"english">             title;          // see transform below
    hidden<optional<std::string>>       subtitle;       // for the transform only
    hidden<bool>                        withdrawn;      // the same
    pgsync::mapped<optional<std::string>, R"({"type":"text","analyzer":"german"})"> blurb;

    Format                              format;
    optional<Format>                    reissued_as;
    optional<std::int16_t>              pages;
    std::int64_t                        sold;
    optional<bool>                      in_print;
    optional<float>                     weight;
    optional<double>                    rating;
    optional<decimal<10, 2>>            price;
    optional<uuid>                      token;
    optional<date>                      published;
    timestamptz                         changed;
    optional<pgsync::bytea>             cover;
    optional<pgsync::inet>              uploaded_from;
    std::vector<std::string>            keywords;       // text[]
    optional<std::vector<int>>          chapters;       // integer[]
    optional<range<int>>                ages;           // int4range
    optional<range<date>>               sale;           // daterange
    optional<range<decimal<10, 2>>>     prices;         // numrange
    optional<range<timestamptz>>        embargo;        // tstzrange
    embed<Size>                         size;
    embed<Origin>                       origin;

    // What SQL makes of the row's own columns.
    expression<keyword, "concat(isbn, ' #', edition)">                       label;
    expression<std::string, "lower(title)">                                  title_lower;
    expression<keyword, "CASE WHEN pages > 400 THEN 'long' WHEN pages <= 400 THEN 'short' ELSE 'unknown' END">
                                                                             length;

    // Values from inside of a jsonb and a json column, null where there is none of that kind; and all of it.
    json_path<optional<keyword>, "attributes", "binding", "colour">          colour;
    json_path<optional<double>, "attributes", "binding", "thickness">        thickness;
    json_path<optional<bool>, "attributes", "signed">                        is_signed;
    json_path<optional<date>, "attributes", "first_print">                   first_print;
    json_path<optional<std::string>, "attributes", "awards", "0", "name">    first_award;
    json_path<optional<int>, "attributes", "awards", "0", "year">            first_award_year;
    json_path<optional<std::string>, "record", "catalogue", "number">        catalogue_number;
    json_path<optional<pgsync::json>, "record", "catalogue">                 catalogue;
    optional<pgsync::json>                                                   attributes;
    pgsync::mapped<optional<pgsync::json>, R"({"type":"object","enabled":false})"> record;

    belongs_to<vendor::Publisher, foreign_key<"house_number">>               publisher;

    // An author comes once, however many parts he has in the book.
    has_many<Author, through<"book_author", foreign_key<"book_isbn">, foreign_key<"author_id">>,
             order_by<"sort_name DESC NULLS LAST">>                          authors;
    has_many<Subject, through<"book_subject", foreign_key<"book_isbn">, foreign_key<"subject_id">>,
             pluck<"name">>                                                  subjects;        // ["Poetry", …]

    // {"de": {…}, "fr": {…}}: of several into one language the latest. And {"de": "title", …}: the first.
    has_many<Translation, foreign_key<"book_isbn">, keyed_by<"language_code">,
             order_by<"published DESC NULLS LAST">>                          translations;
    has_many<Translation, foreign_key<"book_isbn">, keyed_by<"language_code">, pluck<"title">> titles;

    has_many<Copy, foreign_key<"book_isbn">>                                 copies;
    has_many<Shelf, through<"copy", foreign_key<"book_isbn">, foreign_key<"shelf_id">>, pluck<"room">> rooms;
    has_many<Review, foreign_key<"book_isbn">, order_by<"written DESC NULLS LAST">, limit<2>> latest_reviews;
};

// The same link the other way round.
struct Title {
    static constexpr std::string_view table = "book";
    key<keyword>                        isbn;
    std::string                         title;
    Format                              format;
    optional<date>                      published;
    belongs_to<vendor::Publisher, foreign_key<"house_number">> publisher;
};
struct AuthorPage {
    static constexpr std::string_view table = "author";
    int                                 id;
    std::string                         name;
    hidden<optional<std::string>>       pen_name;
    optional<date>                      born, died;
    std::vector<std::string>            aliases;
    has_many<Title, through<"book_author", foreign_key<"author_id">, foreign_key<"book_isbn">>,
             order_by<"published DESC NULLS LAST">> books;
};
// clang-format on
}  // namespace book

struct books : pgsync::index<book::Book> {
    // A typed transform: the struct as it was declared, hidden members included.
    static bool transform(book::Book& book) {
        if (book.withdrawn.value) return false;  // no document
        if (book.subtitle.value) book.title.value += ": " + *book.subtitle.value;
        return true;
    }
};

struct authors : pgsync::index<book::AuthorPage> {
    static constexpr std::string_view mapping = R"({"properties":{"book_count":{"type":"integer"}}})";

    // The document itself: to add what no column holds.
    static bool transform(boost::json::object& document) {
        const auto books = document.at("books").as_array().size();
        if (books == 0) return false;  // nobody looks for an author without books
        document["book_count"] = books;
        if (document.at("pen_name").is_string()) document["name"] = document.at("pen_name");
        return true;
    }
};
