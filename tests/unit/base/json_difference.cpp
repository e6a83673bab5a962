#include <string>
#include <string_view>

#include "../../catch.hpp"
#include <pgsync/base/error.hpp>
#include <pgsync/base/json_difference.hpp>

using pgsync::json_differences;
using pgsync::same_json;

namespace {

std::string paths(std::string_view one, std::string_view other) {
    std::string out;
    for (const auto& each : json_differences(one, other, 100)) {
        out += (out.empty() ? "" : " ") + each.path;
        if (!each.one) out += "+";
        if (!each.other) out += "-";
    }
    return out;
}

}  // namespace

TEST_CASE("numbers are the same by value, whatever they look like") {
    CHECK(same_json("1", "1.0"));
    CHECK(same_json("1", "1e0"));
    CHECK(same_json("100", "1E+2"));
    CHECK(same_json("0.001", "1e-3"));
    CHECK(same_json("-0.0", "0"));
    CHECK(same_json("120.50", "120.5"));
    CHECK(same_json("1e1000000", "10e999999"));
    CHECK_FALSE(same_json("1", "-1"));
    CHECK_FALSE(same_json("1", "10"));
    CHECK_FALSE(same_json("1", "\"1\""));
    CHECK_FALSE(same_json("1", "true"));
    CHECK_FALSE(same_json("0", "null"));
    CHECK_FALSE(same_json("0", "false"));
}

TEST_CASE("numbers that a parser would take for the same are not") {
    CHECK_FALSE(same_json("9007199254740993", "9007199254740992"));
    CHECK_FALSE(same_json("9223372036854775808", "9223372036854775809"));
    CHECK_FALSE(same_json("0.1", "0.1000000000000000055511151231257827"));
    CHECK_FALSE(same_json("123456789012345678901234567890.12", "123456789012345678901234567890.13"));
    CHECK_FALSE(same_json("1e400", "1e401"));
    CHECK_FALSE(same_json("1e-400", "0"));
}

TEST_CASE("neither blanks nor order nor the spelling of a character matter") {
    CHECK(same_json(R"({"a":1,"b":[1,2]})", " { \"b\" : [ 1 , 2 ],\n\"a\" :\t1 } "));
    CHECK(same_json(R"("\u00e9\n\/\uD83D\uDE00")", "\"é\\u000a/😀\""));
    CHECK(same_json(R"({"\u0061":1})", R"({"a":1})"));
    CHECK(same_json(R"("\ud800")", R"("\uD800")"));
    CHECK_FALSE(same_json(R"("\ud800")", R"("\ud801")"));
    CHECK_FALSE(same_json(R"("a")", R"("A")"));
    CHECK_FALSE(same_json("[1,2]", "[2,1]"));
    CHECK(same_json("[]", "[ ]"));
    CHECK(same_json("{}", "{ }"));
    CHECK_FALSE(same_json("{}", "[]"));
}

TEST_CASE("a difference is told by its path") {
    CHECK(paths(R"({"a":1,"b":{"c":[1,{"d":2}]}})", R"({"a":1,"b":{"c":[1,{"d":3}]}})") == "b.c[1].d");
    CHECK(paths(R"({"a":1,"c":2})", R"({"b":1,"c":2})") == "a- b+");
    CHECK(paths("[1,2,3]", "[1]") == "[1]- [2]-");
    CHECK(paths("[1]", "[1,2]") == "[1]+");
    CHECK(paths(R"({"a b":1,"":2})", R"({"a b":2,"":3})") == R"([""] ["a b"])");
    CHECK(paths(R"({"x":{"y z":null}})", R"({"x":{"y z":0}})") == R"(x["y z"])");
    CHECK(paths("1", "2").empty());  // the whole has no path
    CHECK(json_differences("1", "2", 100).size() == 1);
    CHECK(json_differences("[1,2,3]", "[4,5,6]", 2).size() == 2);
    const auto found = json_differences(R"({"a": "x" })", R"({"a":[true]})", 9);
    REQUIRE(found.size() == 1);
    CHECK(found[0].one == R"("x")");
    CHECK(found[0].other == "[true]");
}

TEST_CASE("brackets and quotes in strings are no brackets and quotes") {
    CHECK(same_json(R"({"a":"}]\"\\","b":1})", R"({"b":1,"a":"}]\"\\"})"));
    CHECK(paths(R"({"a":"{\"b\":1}"})", R"({"a":"{\"b\":2}"})") == "a");
}

TEST_CASE("very deep nesting is compared as text from some depth on") {
    const std::string open(5'000, '[');
    const std::string close(5'000, ']');
    CHECK(same_json(open + "1" + close, open + "1" + close));
    CHECK_FALSE(same_json(open + "1" + close, open + "2" + close));
}

TEST_CASE("what is no JSON is refused, wherever it ends") {
    const std::string whole = R"({"a":[1.5e3,"x\u0041\\",{"b":null}],"c":true})";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        INFO(size);
        CHECK_THROWS_AS(same_json(whole.substr(0, size), whole), pgsync::error);
    }
    CHECK_THROWS_AS(same_json("[1,]", "[1]"), pgsync::error);
    CHECK_THROWS_AS(same_json(R"({"a" 1})", R"({"a":1})"), pgsync::error);
    CHECK_THROWS_AS(same_json(R"(["\u12G4"])", R"(["a"])"), pgsync::error);
    CHECK_THROWS_AS(same_json("[1x]", "[1]"), pgsync::error);
}
