#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "../../catch.hpp"
#include <pgsync/store/owner.hpp>

using namespace pgsync::app;

namespace {

using strings = std::vector<std::string>;

program_here here(std::string name = "pgsync_books", strings indices = {"books"}) {
    program_here out;
    out.database.system = "7";
    out.database.database = 11;
    out.database.database_name = "shop";
    out.name = std::move(name);
    out.indices = std::move(indices);
    return out;
}
index_owner mine(const program_here& me) { return {"7", 11, "shop", me.name, "book"}; }

/// The code of what is found; empty where the index is mine.
std::string_view found(const index_owner& its, const program_here& me = here()) {
    const auto other = why_foreign("books", its, me, mine(me));
    return other ? other->code : "";
}

}  // namespace

TEST_CASE("an index of this database and this program is ours") {
    CHECK(found(mine(here())).empty());
    // Of an earlier version, which remembered less, or which nobody has filled yet.
    CHECK(found({}).empty());
    CHECK(found({"7", 0, "", "", ""}).empty());
    CHECK(found({"7", 11, "shop", "", ""}).empty());
}

TEST_CASE("a database that was renamed, or restored under its name, is the same one") {
    CHECK(found({"7", 11, "shop_old", "pgsync_books", "book"}).empty());
    CHECK(found({"7", 10, "shop", "pgsync_books", "book"}).empty());
}

TEST_CASE("another database is told from this one, with both names") {
    CHECK(found({"8", 11, "shop", "pgsync_books", "book"}) == "other_system");
    CHECK(found({"7", 12, "test", "pgsync_books", "book"}) == "other_database");
    const auto me = here();
    for (const std::string system : {"8", "7"}) {
        const auto other = why_foreign("books", {system, 12, "test", "", ""}, me, mine(me));
        REQUIRE(other);
        CHECK(other->what.find("\"test\"") != std::string::npos);
        CHECK(other->what.find("\"shop\"") != std::string::npos);
    }
}

TEST_CASE("another program is told from this one by its root, and by a name that was given") {
    CHECK(found({"7", 11, "shop", "pgsync_books", "author"}) == "other_program");
    CHECK(found({"7", 11, "shop", "pgsync_books", "book"}, here("somebody")) == "other_program");
    CHECK(found({"7", 11, "shop", "mine", "book"}, here("somebody")) == "other_program");
    CHECK(found({"7", 11, "shop", "somebody", "book"}, here("somebody")).empty());
    CHECK(found({"7", 11, "shop", "somebody", "book"}).empty());  // without --name it is whoever keeps it
}

TEST_CASE("a program that gets another index first, or loses it, is the same program") {
    CHECK(found(mine(here()), here("pgsync_authors", {"authors", "books"})).empty());
    CHECK(found({"7", 11, "shop", "pgsync_authors", "book"}).empty());
}

TEST_CASE("a root is compared by its schema where both say one") {
    CHECK(found({"7", 11, "shop", "", "public.book"}).empty());
    auto qualified = mine(here());
    qualified.root = "north.book";
    const auto compare = [&](const std::string& root) {
        return why_foreign("books", {"7", 11, "shop", "", root}, here(), qualified).has_value();
    };
    CHECK_FALSE(compare("north.book"));
    CHECK_FALSE(compare("book"));
    CHECK(compare("south.book"));
}

TEST_CASE("an owner is remembered whole") {
    const auto owner = mine(here());
    boost::json::object meta;
    add_owner(meta, owner);
    CHECK(owner_in(boost::json::parse(boost::json::serialize(meta)).as_object()) == owner);
    CHECK(owner_in({}) == index_owner{});
}

TEST_CASE("a name is made of what slots allow") {
    CHECK(default_name("Book-s.2") == "pgsync__ook_s_2");
    CHECK(default_name(std::string(100, 'x')).size() == 54);
}
