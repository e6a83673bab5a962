#include <cstdlib>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "../../catch.hpp"
#include <pgsync/shape.hpp>
#include <pgsync/transform.hpp>

namespace json_test {

struct Guest {
    int id;
    pgsync::hidden<std::string> phone;
};
struct Booking {
    int id;
    double price;
    pgsync::hidden<std::string> note;
    pgsync::belongs_to<Guest> guest;
    pgsync::has_many<Guest, pgsync::foreign_key<"booking_id">> others;
    pgsync::has_many<Guest, pgsync::foreign_key<"booking_id">, pgsync::keyed_by<"id">> keyed;
};
struct bookings : pgsync::index<Booking> {
    static bool transform(boost::json::object& document) {
        const boost::json::value note = document.at("note");  // what is inserted moves the others
        document["seen"] = note;
        return document.at("id").as_int64() > 0;
    }
};

std::string apply(std::string_view document) {
    std::string out;
    return pgsync::compiled<bookings>.transform(document, out) ? out : "left out";
}

}  // namespace json_test

TEST_CASE("a transform over JSON sees hidden members, which are gone from what is sent") {
    CHECK(json_test::apply(
              R"({"id":1,"price":2,"note":"n","guest":{"id":3,"phone":"p"},"others":[{"id":4,"phone":"q"}],)"
              R"("keyed":{"5":{"id":5,"phone":"r"}}})") ==
          R"({"id":1,"price":2,"guest":{"id":3},"others":[{"id":4}],"keyed":{"5":{"id":5}},"seen":"n"})");
    CHECK(json_test::apply(R"({"id":0,"price":2,"note":"n","guest":null,"others":[],"keyed":{}})") ==
          "left out");
}

TEST_CASE("numbers that a transform does not touch keep their value to the last place") {
    for (const std::string_view number :
         {"0.1", "123.456", "2.2250738585072011e-308", "9007199254740993", "18446744073709551615",
          "1.7976931348623157e308", "8.41", "0.30000000000000004", "-5e-324", "100000000000000000000000"}) {
        const auto text = "[" + std::string(number) + "]";
        const auto read = pgsync::detail::parse_exact(text).as_array()[0];
        const auto again = pgsync::detail::parse_exact(boost::json::serialize(read));
        CHECK(read == again);
        if (read.is_double()) CHECK(read.get_double() == std::strtod(std::string(number).c_str(), nullptr));
    }
    CHECK(pgsync::detail::parse_exact("[9007199254740993]").as_array()[0].as_int64() ==
          9'007'199'254'740'993);
}

TEST_CASE("what is no JSON is an error, and so is what follows it") {
    CHECK_THROWS_AS(pgsync::detail::parse_exact("{"), pgsync::error);
    CHECK_THROWS_AS(pgsync::detail::parse_exact("{} {}"), pgsync::error);
    CHECK_THROWS_AS(pgsync::detail::parse_exact(""), pgsync::error);
}
