#include <string>
#include <vector>

#include <boost/json/parse.hpp>

#include "../../catch.hpp"
#include <pgsync/base/json_difference.hpp>
#include <pgsync/store/source_rules.hpp>

using boost::json::parse;
using pgsync::same_json;
using pgsync::app::source_rules;

namespace {

source_rules rules(const std::string& source) { return source_rules(parse(R"({"_source":)" + source + "}")); }

const std::string document =
    R"({"id": 1, "body": "x", "guest": {"name": "Ann", "mail": "a@b"}, "reviews": [{"id": 7, "mail": "c"}, {"mail": "d"}]})";

}  // namespace

TEST_CASE("an index keeps everything unless its mapping says otherwise") {
    CHECK(source_rules().whole());
    CHECK(source_rules(parse(R"({"properties":{}})")).whole());
    CHECK(rules(R"({"enabled":true})").whole());
    CHECK(rules(R"({"mode":"stored"})").whole());
    CHECK(rules(R"({"excludes":[]})").whole());
    CHECK_FALSE(rules(R"({"enabled":false})").kept());
    CHECK_FALSE(rules(R"({"mode":"synthetic"})").kept());
    CHECK_FALSE(source_rules(parse("{}"), parse(R"({"index.mapping.source.mode":"synthetic"})")).kept());
    CHECK_FALSE(rules(R"({"excludes":["body"]})").whole());
    CHECK(rules(R"({"excludes":"body"})").kept());
}

TEST_CASE("what is excluded is left out at every depth, with all that is in it") {
    const auto kept = [](const std::string& source) { return rules(source).kept_of(document); };
    CHECK(same_json(kept(R"({"excludes":["body","*.mail"]})"),
                    R"({"id":1,"guest":{"name":"Ann"},"reviews":[{"id":7}]})"));
    CHECK(same_json(kept(R"({"excludes":["guest","reviews.*"]})"), R"({"id":1,"body":"x"})"));
    CHECK(same_json(kept(R"({"excludes":["guest.*"]})"), kept(R"({"excludes":["guest"]})")));
    CHECK(same_json(kept(R"({"includes":["guest","reviews.id"]})"),
                    R"({"guest":{"name":"Ann","mail":"a@b"},"reviews":[{"id":7}]})"));
    CHECK(same_json(kept(R"({"includes":["g*"],"excludes":["guest.mail"]})"), R"({"guest":{"name":"Ann"}})"));
    CHECK(kept(R"({"includes":["nothing"]})") == "{}");
    // A name that only begins alike is another field.
    CHECK(same_json(kept(R"({"excludes":["bod","i","guest.na"]})"), document));
}

TEST_CASE("numbers and texts of what is kept stay as they are written") {
    CHECK(rules(R"({"excludes":["a"]})").kept_of(R"({"n":1.0e2,"s":"é\"","a":1,"z":null})") ==
          R"({"n":1.0e2,"s":"é\"","z":null})");
}

TEST_CASE(
    "fields that are not kept are named, the outermost of each, and patterns that no mapping explains") {
    const auto properties = parse(
        R"({"id":{"type":"long"},"body":{"type":"text"},"guest":{"properties":{"name":{"type":"text"},"mail":{"type":"keyword"}}},"extra":{"type":"object"}})");
    const auto lacking = [&](const std::string& source) { return rules(source).lacking(properties); };
    using names = std::vector<std::string>;
    CHECK(lacking(R"({"excludes":["body","guest.mail"]})") == names{"body", "guest.mail"});
    CHECK(lacking(R"({"excludes":["guest"]})") == names{"guest"});
    CHECK(lacking(R"({"includes":["id","guest.name"]})") == names{"body", "guest.mail", "extra"});
    CHECK(lacking(R"({"excludes":["extra.secret"]})") == names{"extra.secret"});
    CHECK(source_rules().lacking(properties).empty());
}
