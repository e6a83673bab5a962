#include <string>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/cli/config_file.hpp>

using pgsync::app::config_entry;

namespace {

std::vector<config_entry> read(const std::string& text) { return pgsync::app::read_config(text, "file"); }

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

TEST_CASE("what is no TOML is refused with its line, and without what may be a password", "[config]") {
    CHECK(refusal("a = 1\nb = two").starts_with("file:2: Error while parsing"));
    for (const auto* wrong :
         {"a = host=db password=hunter2", "a = 'hunter2\n", "a = \"hunter2\n\"", "a = \"\\qhunter2\"",
          "a = \"\\ud800hunter2\"", "a", "[sync\n", "a = [1 'hunter2']", "a = [1", "a =", "a = 1 'hunter2'",
          "a = 'hunter2'\na = 'hunter2'"}) {
        CAPTURE(wrong);
        const auto said = refusal(wrong);
        CHECK(said.starts_with("file:"));
        CHECK(said.find("hunter") == std::string::npos);
    }
}

TEST_CASE("what TOML has and options have not is refused", "[config]") {
    constexpr const char* kinds = " is a text, a number, true, false, or an array of these";
    CHECK(refusal("\na = 1979-05-27") == std::string("file:2: \"a\"") + kinds);
    CHECK(refusal("[sync.page]\nsize = 1") == std::string("file:1: \"page\"") + kinds);
    CHECK(refusal("a = [[1]]") == std::string("file:1: \"a\"") + kinds);
    CHECK(refusal("a = \"x\\u0000y\"") == "file:1: \"a\" has a zero byte");
    CHECK(refusal("a-b = 1\na_b = 2") == "file:2: \"a-b\" stands in line 1 already");
}

TEST_CASE("numbers are written as an argument would be", "[config]") {
    CHECK(value("-5") == "-5");
    CHECK(value("0x10") == "16");
    CHECK(value("0.25") == "0.25");
}
