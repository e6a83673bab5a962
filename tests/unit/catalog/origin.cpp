#include <cstdint>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include <pgsync/catalog/origin.hpp>
#include <pgsync/store/origin_json.hpp>

using pgsync::postgres::differences;
using pgsync::postgres::origin;
using pgsync::postgres::origin_change;

namespace {

origin usual() {
    origin out;
    out.publication = "500 9 fttt";
    auto& tag = out.tables["tag"];
    tag.oid = 100;
    tag.file = "100";
    tag.columns = {{"id", "1 23 -1"}, {"name", "2 25 -1"}, {"total", "3 23 -1 abc"}};
    tag.published = {7};
    auto& line = out.tables["line"];
    line.oid = 200;
    line.columns = {{"id", "1 20 -1"}};
    line.partitions = {201, 202};
    line.published = {8};
    out.tables["sums"].view = "d41d";
    return out;
}

std::vector<origin_change> changes(const origin& now) {
    std::vector<origin_change> out;
    for (const auto& each : differences(usual(), now)) out.push_back(each.what);
    return out;
}
using list = std::vector<origin_change>;

}  // namespace

TEST_CASE("nothing is different where nothing is, and a table may get more columns and partitions' entries") {
    auto now = usual();
    CHECK(changes(now).empty());
    now.tables["tag"].columns["more"] = "9 25 -1";
    now.tables["line"].published = {8, 9};
    now.tables["other"].oid = 1;
    now.tables["tag"].file = "300";  // VACUUM FULL
    CHECK(changes(now).empty());
}

TEST_CASE("another table by the name says it all: what else is different of it goes without saying") {
    auto now = usual();
    now.tables["tag"].oid = 101;
    now.tables["tag"].columns.clear();
    now.tables["tag"].published.clear();
    CHECK(changes(now) == list{origin_change::table_replaced});
    now = usual();
    now.tables["tag"] = {};
    CHECK(changes(now) == list{origin_change::table_replaced});
}

TEST_CASE(
    "a column is another one by its number or what it is computed from, by its type only where it was "
    "rewritten") {
    auto now = usual();
    now.tables["tag"].columns["name"] = "5 25 -1";
    auto found = differences(usual(), now);
    REQUIRE(found.size() == 1);
    CHECK(found[0].what == origin_change::column_replaced);
    CHECK(found[0].column == "name");
    now = usual();
    now.tables["tag"].columns["total"] = "3 23 -1 def";
    CHECK(changes(now) == list{origin_change::column_replaced});
    now = usual();
    now.tables["tag"].columns["name"] = "2 1043 24";
    CHECK(changes(now).empty());
    now.tables["tag"].file = "300";
    CHECK(changes(now) == list{origin_change::column_replaced});
    now = usual();
    now.tables["sums"].columns["id"] = "1 20 -1";
    auto before = now;
    now.tables["sums"].columns["id"] = "1 23 -1";  // a view has no file
    CHECK(differences(before, now).size() == 1);
}

TEST_CASE("a column holds other values where it was altered and its table has a new file, and only then") {
    auto before = usual();
    before.tables["tag"].columns["name"] = "2 25 -1 x731";
    before.tables["line"].columns["id"] = "1 20 -1 x731";
    before.tables["line"].file = "201:201 202:202";
    auto now = before;
    now.tables["tag"].columns["name"] = "2 25 -1 x900";  // SET NOT NULL
    now.tables["line"].columns["id"] = "1 20 -1 x900";
    now.tables["line"].file = "202:202 203:203";  // other partitions
    CHECK(differences(before, now).empty());
    now.tables["tag"].file = "300";
    CHECK(differences(before, now).size() == 1);
    now.tables["line"].file = "202:300 203:203";
    CHECK(differences(before, now).size() == 2);
    now.tables["tag"].columns["name"] = "2 25 -1 x731";  // VACUUM FULL
    CHECK(differences(before, now).size() == 1);
}

TEST_CASE("partitions that came are told one by one, those that went are not") {
    auto now = usual();
    now.tables["line"].partitions = {202, 203, 204};
    const auto found = differences(usual(), now);
    REQUIRE(found.size() == 2);
    CHECK(found[0].what == origin_change::partition_removed);
    CHECK(found[1].what == origin_change::partition_added);
    CHECK(found[1].partitions == std::vector<std::uint32_t>{203, 204});
}

TEST_CASE("a partition that was attached a second time was away in between") {
    auto before = usual();
    before.tables["line"].attached = {"201:731", "202:732"};
    auto now = before;
    now.tables["line"].attached.push_back("203:800");
    now.tables["line"].partitions.push_back(203);
    REQUIRE(differences(before, now).size() == 1);
    CHECK(differences(before, now)[0].what == origin_change::partition_added);
    now = before;
    now.tables["line"].attached = {"201:731", "202:801"};
    REQUIRE(differences(before, now).size() == 1);
    CHECK(differences(before, now)[0].what == origin_change::partition_removed);
}

TEST_CASE("a table that was taken out of the publication, and a publication that was altered or replaced") {
    auto now = usual();
    now.tables["tag"].published = {12};
    CHECK(changes(now) == list{origin_change::unpublished});
    now = usual();
    now.publication = "500 11 ftff";
    CHECK(changes(now) == list{origin_change::publication_altered});
    now.publication = "501 12 fttt";
    now.tables["tag"].published = {12};
    CHECK(changes(now) == list{origin_change::publication_replaced});
    now.publication = {};
    CHECK(changes(now) == list{origin_change::publication_replaced});
    auto before = usual();
    before.publication = {};  // a server without publications
    CHECK(differences(before, before).empty());
}

TEST_CASE("a view that is defined otherwise") {
    auto now = usual();
    now.tables["sums"].view = "e52e";
    CHECK(changes(now) == list{origin_change::view_changed});
}

TEST_CASE("an index remembers all of it") {
    const auto again = pgsync::app::read_origin(pgsync::app::json_of(usual()));
    REQUIRE(again);
    CHECK(*again == usual());
    CHECK_FALSE(pgsync::app::read_origin(boost::json::value{"nothing"}));
}
