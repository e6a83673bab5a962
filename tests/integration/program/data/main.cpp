#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include <pgsync/pgsync.hpp>
#include <pgsync/transform.hpp>

/// Shapes over rows that make trouble: keys that are null, SQL that fails for some values, texts that are
/// none.
namespace data {
using namespace pgsync;
using std::optional, std::string;

// clang-format off
struct Country { int id; string name; };
struct Note    { int id; string body; expression<int, "100 / weight"> share; };
struct Item {
    std::int64_t id;
    string title;
    optional<string> body;
    belongs_to<Country> country;
    has_many<Note> notes;
    expression<int, "1000 / (amount - 3)"> ratio;
};
struct Offer {
    static constexpr std::string_view table = "item";
    std::int64_t id;
    string title;
    hidden<int> amount;
};
struct Label { int id; string name; };

struct Card   { int id; };
struct Person {
    key<column<std::int64_t, "ref">> number;
    string name;
    belongs_to<Country> country;
    has_many<Card, foreign_key<"person_ref">> cards;
};
struct Book  { int id; };
struct Shelf {
    key<int> shop;
    key<string> code;
    string name;
    belongs_to<Country> country;
    has_many<Book, foreign_key<"shop", "code">> books;
};
struct Cell  { key<int> a; key<int> b; string name; belongs_to<Country> country; };

struct Part { int id; optional<std::int64_t> object; };
struct File {
    int id;
    std::int64_t object;
    std::vector<std::int64_t> more;
    keyword kind;
    optional<std::vector<keyword>> kinds;
    expression<std::int64_t, "object"> same;
    expression<std::vector<std::int64_t>, "more || object"> all;
    has_many<Part, pluck<"object">> objects;
    has_many<Part, keyed_by<"id">, pluck<"object">> by_id;
    max<Part, "object"> last;
};
// clang-format on
}  // namespace data

struct items : pgsync::index<data::Item> {};
struct offers : pgsync::index<data::Offer> {
    static constexpr std::string_view where = "100 / (amount - 4) < 1000";
    static constexpr std::string_view routing = "amount";
};
struct labels : pgsync::index<data::Label> {
    static void transform(boost::json::object& label) {
        if (label.at("name") == "bad") throw std::runtime_error("nobody may be called bad");
    }
};
struct persons : pgsync::index<data::Person> {};
struct shelves : pgsync::index<data::Shelf> {};
struct cells : pgsync::index<data::Cell> {};
struct files : pgsync::index<data::File> {};

int main(int argc, char** argv) {
    return pgsync::run<items, offers, labels, persons, shelves, cells, files>(argc, argv);
}
