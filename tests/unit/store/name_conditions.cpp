#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "../../catch.hpp"
#include <pgsync/store/name_conditions.hpp>

using pgsync::app::index_names;
using pgsync::app::is_other_incarnation;
using pgsync::app::misplaced_writes;
using pgsync::app::served_copy;
using pgsync::app::shared_name;
using pgsync::elastic::index_facts;

namespace {

const index_names names{"items", "items-1", "items-1-WRITE", "items-1-NEW"};

/// An index that pgsync made as `remembered`, and that is `incarnation` now.
index_facts made(const std::string& name, const std::string& incarnation, const std::string& remembered,
                 std::vector<std::string> aliases = {"items", "items-1-WRITE", "items-1-KEEPER-7",
                                                     "theirs"}) {
    index_facts out;
    out.index = name;
    out.incarnation = incarnation;
    out.aliases = std::move(aliases);
    boost::json::object mine{{"hash", "h"}};
    if (!remembered.empty()) mine["incarnation"] = remembered;
    out.meta["pgsync"] = mine;
    return out;
}
index_facts foreign(const std::string& name) {
    index_facts out;
    out.index = name;
    out.incarnation = "f";
    out.aliases = {"items"};
    return out;
}

std::string request(const pgsync::app::finding& of) {
    REQUIRE(of.remedy.size() == 1);
    return of.remedy.front().text + " " + of.remedy.front().body;
}

}  // namespace

TEST_CASE(
    "an index that was restored or cloned says so of itself, and one of an earlier version says nothing") {
    CHECK_FALSE(is_other_incarnation(made("a", "u/", "u/")));
    CHECK(is_other_incarnation(made("a", "v/", "u/")));
    CHECK(is_other_incarnation(made("a", "u/h", "u/")));
    CHECK_FALSE(is_other_incarnation(made("a", "u/", "")));
    CHECK_FALSE(is_other_incarnation(made("a", "", "u/")));
    CHECK_FALSE(is_other_incarnation(foreign("a")));
}

TEST_CASE("a name of one index is nobody's concern") {
    CHECK_FALSE(shared_name(names, "items", {}));
    CHECK_FALSE(shared_name(names, "items", {made("items-1", "u", "u")}));
}

TEST_CASE("of two indices behind a name the copy loses our aliases, and nothing else") {
    const auto original = made("items-1", "u", "u");
    const auto copy = made("restored", "v", "u");
    for (const auto& both : {std::vector{original, copy}, std::vector{copy, original}}) {
        const auto found = shared_name(names, "items", both);
        REQUIRE(found);
        CHECK(found->code == "shared_alias");
        CHECK(found->what ==
              "alias \"items\" stands for 2 indices: \"items-1\", which pgsync made, and \"restored\", a "
              "copy of "
              "it (restored from a snapshot, or cloned)");
        CHECK(request(*found) ==
              R"(POST /_aliases {"actions":[{"remove":{"index":"restored","alias":"items"}},)"
              R"({"remove":{"index":"restored","alias":"items-1-WRITE"}},)"
              R"({"remove":{"index":"restored","alias":"items-1-KEEPER-7"}}]})");
    }
}

TEST_CASE("the original is known by what it remembers, whatever it is called, and else by its name") {
    // After a change in place the shape's name is an alias.
    const auto found = shared_name(names, "items-1", {made("items-0", "u", "u"), made("items-9", "v", "u")});
    REQUIRE(found);
    CHECK(found->what.find("\"items-0\", which pgsync made") != std::string::npos);
    const auto old = shared_name(names, "items", {made("restored", "v", ""), made("items-1", "u", "")});
    REQUIRE(old);
    CHECK(old->what.find("\"items-1\", which pgsync made") != std::string::npos);
}

TEST_CASE("where nothing tells which is the original nobody guesses") {
    const auto found = shared_name(names, "items", {made("a", "u", ""), made("b", "v", "")});
    REQUIRE(found);
    CHECK(found->what.find("which of them pgsync made is not known") != std::string::npos);
    CHECK(found->remedy.size() == 2);
}

TEST_CASE("an index that pgsync did not make loses the alias, and is called what it is") {
    const auto found = shared_name(names, "items", {foreign("other"), made("items-1", "u", "u")});
    REQUIRE(found);
    CHECK(found->what.find("\"other\", which pgsync did not make") != std::string::npos);
    CHECK(request(*found) == R"(POST /_aliases {"actions":[{"remove":{"index":"other","alias":"items"}}]})");
}

TEST_CASE("what is written goes to the index that pgsync keeps, or that is told with the way back") {
    const auto own = made("items-1", "u", "u");
    const auto copy = made("restored", "v", "u");
    CHECK_FALSE(misplaced_writes(names, own, {own}));
    const auto gone = misplaced_writes(names, own, {});
    REQUIRE(gone);
    CHECK(gone->code == "alias_missing");
    CHECK(request(*gone) ==
          R"(POST /_aliases {"actions":[{"add":{"index":"items-1","alias":"items-1-WRITE"}}]})");
    const auto elsewhere = misplaced_writes(names, own, {copy});
    REQUIRE(elsewhere);
    CHECK(elsewhere->what.find("stands for \"restored\", not for index \"items-1\"") != std::string::npos);
    CHECK(request(*elsewhere) ==
          R"(POST /_aliases {"actions":[{"remove":{"index":"restored","alias":"items-1-WRITE"}},)"
          R"({"add":{"index":"items-1","alias":"items-1-WRITE"}}]})");
    const auto both = misplaced_writes(names, own, {own, copy});
    REQUIRE(both);
    CHECK(request(*both) ==
          R"(POST /_aliases {"actions":[{"remove":{"index":"restored","alias":"items-1-WRITE"}}]})");
}

TEST_CASE("a copy that readers have is no other shape") {
    const auto own = made("items-1", "u", "u");
    const auto copy = made("restored", "v", "u");
    CHECK_FALSE(served_copy(names, "h", own, &own));
    CHECK_FALSE(served_copy(names, "other hash", copy, &own));
    CHECK_FALSE(served_copy(names, "h", foreign("x"), &own));
    const auto beside = served_copy(names, "h", copy, &own);
    REQUIRE(beside);
    CHECK(request(*beside) == R"(POST /_aliases {"actions":[{"remove":{"index":"restored","alias":"items"}},)"
                              R"({"add":{"index":"items-1","alias":"items"}}]})");
    const auto alone = served_copy(names, "h", copy, nullptr);
    REQUIRE(alone);
    CHECK(alone->what.find("which is gone") != std::string::npos);
    CHECK(alone->remedy.front().text == "bootstrap");
    const pgsync::app::condition_error thrown(*alone);
    CHECK(thrown.code() == pgsync::errc::index);
    CHECK(thrown.remedy() == "run bootstrap");
}
