#include <string>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/app/config_file.hpp>

using pgsync::app::config_entry;
using pgsync::app::config_reader;

namespace {

std::vector<config_entry> read(const std::string& text) { return config_reader(text, "file").read(); }

std::string refusal(const std::string& text) {
    try {
        (void)read(text);
    } catch (const pgsync::error& problem) {
        return problem.what();
    }
    return {};
}
std::string value(const std::string& text) {
    const auto all = read("name = " + text);
    REQUIRE(all.size() == 1);
    REQUIRE(all[0].values.size() == 1);
    return all[0].values[0];
}

}  // namespace

TEST_CASE("a file has values for all commands and for single ones", "[config]") {
    const auto all = read(
        "# all\r\npage-size = 1_000 # rows\n\n  workers=2\n[sync]\nonce = true\nlog_level = \"debug\"\n");
    REQUIRE(all.size() == 4);
    CHECK(all[0].section.empty());
    CHECK(all[0].name == "page-size");
    CHECK(all[0].values == std::vector<std::string>{"1000"});
    CHECK(all[0].line == 2);
    CHECK(all[1].line == 4);
    CHECK(all[2].section == "sync");
    CHECK(all[2].values == std::vector<std::string>{"true"});
    CHECK(all[3].name == "log-level");
    CHECK(read("sync.once = true")[0].section == "sync");
    CHECK(read("").empty());
    CHECK(read("\xEF\xBB\xBFworkers = 1").size() == 1);
    CHECK(read("workers = 1\n[sync]\nworkers = 2").size() == 2);
}

TEST_CASE("texts are TOML's: what stands between quotes is taken as it is", "[config]") {
    CHECK(value("\"postgresql://u:p#1,x@h/db\" # a comment") == "postgresql://u:p#1,x@h/db");
    CHECK(value("'back\\slash \"and\" #'") == "back\\slash \"and\" #");
    CHECK(value("\"a\\\\b\\\"c\\u00e4\\U0001F600\"") == "a\\b\"c\u00e4\U0001F600");
    CHECK(value("\"\"").empty());
    CHECK(read("a = [ 'x', # one\n  \"y\",\n]\nb = 1")[0].values == std::vector<std::string>{"x", "y"});
    CHECK(read("a = []")[0].values.empty());
}

TEST_CASE("what is no such line is refused with its number", "[config]") {
    CHECK(refusal("a = 1\nb = two") == "file:2: a text needs quotes: \"…\" or '…'");
    CHECK(refusal("\n\na = host=db dbname=x").starts_with("file:3: "));
    CHECK(refusal("a = 'open\n") == "file:1: a quote is not closed");
    CHECK(refusal("a = \"open\n\"") == "file:1: a quote is not closed");
    CHECK(refusal("a = \"\\q\"").starts_with("file:1: in double quotes a backslash"));
    CHECK(refusal("a = \"\\ud800\"") == "file:1: \\u names no character");
    CHECK(refusal("a") == "file:1: behind \"a\" a = is missing");
    CHECK(refusal("[sync\n") == "file:1: a section is written [command]");
    CHECK(refusal("a = [1 2]").starts_with("file:1: an array"));
    CHECK(refusal("a = [1").starts_with("file:1: "));
    CHECK(refusal("a =").starts_with("file:1: "));
    CHECK(refusal("a = 1 2").starts_with("file:1: behind the value"));
    CHECK(refusal("a-b = 1\na_b = 2") == "file:2: \"a-b\" stands in line 1 already");
}
