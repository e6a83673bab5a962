#include <string>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/routing/key.hpp>

static std::string join(const std::vector<std::string>& parts) {
    std::string key;
    for (std::size_t i = 0; i < parts.size(); ++i) pgsync::append_key_part(key, parts[i], i == 0);
    return key;
}

TEST_CASE("a key of one part is its text") { CHECK(join({"42"}) == "42"); }

TEST_CASE("parts are joined with a bar, and bars and backslashes inside are escaped") {
    CHECK(join({"a", "b"}) == "a|b");
    CHECK(join({"a|b", "c\\"}) == "a\\|b|c\\\\");
    CHECK(join({"a", "b|c"}) != join({"a|b", "c"}));
}

TEST_CASE("splitting a key gives its parts back") {
    const std::vector<std::vector<std::string>> keys = {
        {""}, {"", ""}, {"|"}, {"\\"}, {"\\|", "|\\"}, {"a", "", "c"}, {"\n\"'", "🏠|"}, {"\\\\", "\\"}};
    for (const auto& parts : keys) CHECK(pgsync::split_key(join(parts)) == parts);
}
