#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/shape.hpp>
#include <pgsync/transform.hpp>

namespace typed_test {

using namespace pgsync;

enum class Colour { red, green = 5, blue };
enum Plain : int { plain_one, plain_two };

struct City {
    int id;
    std::string name;
};
struct Tag {
    int id;
    std::string label;
    std::optional<int> weight;
};
struct Post {
    int id;
};
struct Photo {
    int id;
    std::string title;
};
struct Size {
    double width;
    std::optional<double> height;
};
struct Thing {
    std::int64_t id;
    named<std::string, "the name"> name;
    std::optional<int> stock;
    double ratio;
    decimal<20, 10> price;
    Colour colour;
    date day;
    bytea blob;
    json data;
    std::optional<range<decimal<20, 10>>> prices;
    std::optional<geo_point> where_it_is;
    std::optional<pgsync::vector<2>> embedding;
    std::vector<std::string> words;
    std::vector<std::optional<int>> gaps;
    hidden<std::string> secret;
    embed<Size> size;
    belongs_to<City> city;
    has_many<Tag> tags;
    has_many<Tag, pluck<"label">> labels;
    has_many<Tag, keyed_by<"label">> by_label;
    belongs_to_any<"kind", "ref", case_of<"post", Post>, case_of<"photo", Photo>> subject;
    count<Tag> tag_count;
    sum<Tag, "weight"> weights;
    avg<Tag, "weight"> mean;
    pgsync::max<Tag, "label"> last;
};

struct untouched : pgsync::index<Thing> {
    static void transform(Thing&) {}
};
struct changed : pgsync::index<Thing> {
    static bool transform(Thing& thing) {
        thing.name.value += " (" + thing.secret.value + ")";
        thing.city.value.reset();
        thing.tags.value.push_back({9, "new", {}});
        thing.colour = Colour::blue;
        return thing.stock.has_value();
    }
};

/// As PostgreSQL sends it to a typed transform: exact numbers and JSON as text, hidden columns included.
constexpr std::string_view sent = R"({"id":9007199254740993,"the name":"n\"ä","stock":3,"ratio":0.1,
 "price":"12345678901234.5678901234","colour":"green","day":"infinity","blob":"AAEC",
 "data":"{\"a\": [1.10, null]}","prices":"{\"gte\" : 1.1234567890123456789}",
 "where_it_is":{"lat":1.5,"lon":-2},"embedding":[0.25,3],"words":["a","b"],"gaps":[1,null],"secret":"s",
 "size":{"width":2.5,"height":null},"city":{"id":1,"name":"Oslo"},"tags":[{"id":1,"label":"x","weight":null}],
 "labels":["x","y"],"by_label":{"x":{"id":1,"label":"x","weight":7}},
 "subject":{"post":null,"photo":{"id":4,"title":"t"}},
 "tag_count":2,"weights":"7","mean":"7.0000000000000000","last":"y"})";

constexpr std::string_view expected =
    R"({"id":9007199254740993,"the name":"n\"ä","stock":3,"ratio":0.1,)"
    R"("price":12345678901234.5678901234,"colour":"green","day":"infinity","blob":"AAEC",)"
    R"("data":{"a": [1.10, null]},"prices":{"gte" : 1.1234567890123456789},)"
    R"("where_it_is":{"lat":1.5,"lon":-2},"embedding":[0.25,3],"words":["a","b"],"gaps":[1,null],)"
    R"("size":{"width":2.5,"height":null},"city":{"id":1,"name":"Oslo"},"tags":[{"id":1,"label":"x","weight":null}],)"
    R"("labels":["x","y"],"by_label":{"x":{"id":1,"label":"x","weight":7}},)"
    R"("subject":{"post":null,"photo":{"id":4,"title":"t"}},)"
    R"("tag_count":2,"weights":7,"mean":7.0000000000000000,"last":"y"})";

std::string with(std::string_view from, std::string_view what, std::string_view instead) {
    std::string out(from);
    const auto at = out.find(what);
    REQUIRE(at != std::string::npos);
    return out.replace(at, what.size(), instead);
}

template <typename Index>
std::string refusal(const std::string& document) {
    std::string out;
    try {
        compiled<Index>.transform(document, out);
    } catch (const error& problem) {
        return problem.what() + std::string(" / ") + problem.remedy();
    }
    return "no error";
}

}  // namespace typed_test

using namespace typed_test;

TEST_CASE("a document that a typed transform does not touch comes out with every digit it had") {
    std::string out;
    CHECK(compiled<untouched>.transform(sent, out));
    CHECK(out == expected);
}

TEST_CASE("what a typed transform changes is what is sent, and hidden members are not") {
    std::string out;
    CHECK(compiled<changed>.transform(sent, out));
    CHECK(out.find(R"x("the name":"n\"ä (s)")x") != std::string::npos);
    CHECK(out.find(R"("city":null)") != std::string::npos);
    CHECK(out.find(R"({"id":9,"label":"new","weight":null}])") != std::string::npos);
    CHECK(out.find(R"("colour":"blue")") != std::string::npos);
    CHECK(out.find("secret") == std::string::npos);
}

TEST_CASE("a typed transform that returns false leaves the document out") {
    std::string out;
    CHECK_FALSE(compiled<changed>.transform(with(sent, R"("stock":3)", R"("stock":null)"), out));
}

TEST_CASE("NaN and infinity pass a typed transform as the strings they are") {
    std::string out;
    const auto odd = with(with(sent, R"("ratio":0.1)", R"("ratio":"-Infinity")"),
                          R"("price":"12345678901234.5678901234")", R"("price":"NaN")");
    CHECK(compiled<untouched>.transform(odd, out));
    CHECK(out.find(R"("ratio":"-Infinity")") != std::string::npos);
    CHECK(out.find(R"("price":"NaN")") != std::string::npos);
}

TEST_CASE("what does not fit the struct is told by member and remedy") {
    CHECK(refusal<untouched>(with(sent, R"("the name":"n\"ä")", R"("the name":null)")) ==
          "member \"name\" cannot hold null as a value that is always there / declare it as std::optional");
    CHECK(refusal<untouched>(with(sent, R"("colour":"green")", R"("colour":"mauve")")) ==
          "member \"colour\" cannot hold \"mauve\" as one of the enum's values / add it to the enum");
    CHECK(refusal<untouched>(with(sent, R"("stock":3)", R"("stock":3000000000)")).find("\"stock\"") !=
          std::string::npos);
    CHECK(refusal<untouched>("{\"id\":").find("no JSON") != std::string::npos);
}

TEST_CASE("enumerators are told apart from values that have no name") {
    CHECK(detail::enum_label(Colour::green) == "green");
    CHECK(detail::enum_label(static_cast<Colour>(3)).empty());
    CHECK(detail::enum_value<Colour>("blue") == Colour::blue);
    CHECK_FALSE(detail::enum_value<Colour>("mauve"));
    CHECK_FALSE(detail::enum_value<Colour>(""));
    CHECK(detail::enum_label(plain_two) == "plain_two");
    CHECK(detail::enum_value<Plain>("plain_one") == plain_one);
}

TEST_CASE("a float is printed with PostgreSQL's digits, also where fewer would read as the same") {
    const auto printed = [](auto value) {
        std::string out;
        detail::write_number(out, value);
        return out;
    };
    // What PostgreSQL 15 prints: 1.5e10 lies halfway between two floats.
    CHECK(printed(1.5e10F) == "1.5000001e+10");
    CHECK(printed(0.1F) == "0.1");
    CHECK(printed(16777216.0F) == "16777216");
    CHECK(printed(3.4028235e38F) == "3.4028235e+38");
    CHECK(printed(-2.5F) == "-2.5");
    CHECK(printed(0.1) == "0.1");
    CHECK(printed(1e22) == "1e+22");
    CHECK(printed(1e23) == "9.999999999999999e+22");
    // Nearly halfway is not halfway, however many bits one compares.
    CHECK(printed(7.544728159223124e+152) == "7.544728159223124e+152");
    CHECK(printed(-7.082946074706373e-06) == "-7.082946074706373e-06");
    CHECK(printed(5e-324) == "5e-324");
    CHECK(printed(1.7976931348623157e308) == "1.7976931348623157e+308");
    CHECK(printed(0.0F) == "0");
    CHECK(printed(0.0) == "0");
    CHECK(printed(-0.0) == "-0");
}
