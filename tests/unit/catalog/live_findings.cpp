#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "../postgres/contains.hpp"
#include "../postgres/live_database.hpp"
#include <pgsync/catalog/shape_check.hpp>
#include <pgsync/compiled/compiled.hpp>
#include <pgsync/declare/relations.hpp>
#include <pgsync/shape.hpp>

/// What is said of tables that a shape cannot have as they are: it must be true, and name a way out.
namespace findings_test {
using namespace pgsync;

struct Song {
    int id;
};
struct Entry {
    static constexpr std::string_view table = "playlist_song";
    hidden<key<int>> playlist_id;
    key<int> position;
    belongs_to<Song> song;
};
struct Playlist {
    int id;
    has_many<Entry, foreign_key<"playlist_id">> songs;
};
struct playlists : pgsync::index<Playlist> {};

struct Account {
    key<int> number;
};
struct accounts : pgsync::index<Account> {};

struct Map {
    int id;
};
struct Member {
    int id;
};
struct Space {
    int id;
    has_many<Member, through<"space_member", foreign_key<"space_id">, foreign_key<"member_id">>,
             depends_on<Map, "space_id">>
        members;
};
struct spaces : pgsync::index<Space> {};

struct Team {
    int id;
    has_many<Member, through<"team_member", foreign_key<"team_id">, foreign_key<"member_id">>,
             where<"role = 'boss'">>
        bosses;
};
struct teams : pgsync::index<Team> {};

struct Country {
    key<keyword> code;
};
struct City {
    int id;
    belongs_to<Country, foreign_key<"country_code">> country;
};
struct cities : pgsync::index<City> {};

struct Photo {
    uuid id;
};
struct Remark {
    int id;
    belongs_to_any<"about", "about_id", case_of<"photo", Photo>> subject;
};
struct remarks : pgsync::index<Remark> {};

struct Film {
    int id;
    std::string words;
};
struct films : pgsync::index<Film> {};

template <typename Index>
std::string finding(postgres::session& session) {
    const std::array<compiled_index, 1> indices{compiled<Index>};
    const auto report = postgres::check_shapes(indices, session);
    REQUIRE(report.findings.size() == 1);
    return report.findings[0];
}

}  // namespace findings_test

using namespace findings_test;

TEST_CASE("live keys whose index does not count are told with the reason", "[.][postgres][findings]") {
    const live_database database;
    auto session = database.open();
    session.exec(
        "CREATE TABLE playlist (id int PRIMARY KEY); CREATE TABLE song (id int PRIMARY KEY); "
        "CREATE TABLE playlist_song (playlist_id int, position int, song_id int, PRIMARY KEY (playlist_id, "
        "position) "
        "DEFERRABLE); CREATE TABLE account (number int)");
    const auto deferrable = finding<playlists>(session);
    CHECK_THAT(deferrable, contains("the primary key \"playlist_song_pkey\" is DEFERRABLE"));
    CHECK_THAT(deferrable, contains("order_by<"));
    CHECK_THAT(finding<accounts>(session),
               contains("no primary key or unique index is on these columns or some of them"));
    session.exec("CREATE UNIQUE INDEX some_of ON account (number) WHERE number > 0");
    CHECK_THAT(finding<accounts>(session), contains("the unique index \"some_of\" is on some rows only"));
    session.exec("DROP INDEX some_of; INSERT INTO account VALUES (1), (1)");
    CHECK_THROWS(session.exec("CREATE UNIQUE INDEX CONCURRENTLY broken ON account (number)"));
    const auto invalid = finding<accounts>(session);
    CHECK_THAT(invalid, contains("the unique index \"broken\" is not valid"));
    CHECK_THAT(invalid, contains("DROP INDEX CONCURRENTLY \"public\".\"broken\""));
    session.exec("DROP INDEX broken");
}

TEST_CASE("live link tables that are views, and conditions on a link's columns, are told",
          "[.][postgres][findings]") {
    const live_database database;
    auto session = database.open();
    session.exec(
        "CREATE TABLE space (id int PRIMARY KEY); CREATE TABLE team (id int PRIMARY KEY); CREATE TABLE "
        "member (id int "
        "PRIMARY KEY); CREATE TABLE map (id int PRIMARY KEY, space_id int, member_id int); "
        "CREATE VIEW space_member AS SELECT space_id, member_id FROM map; "
        "CREATE TABLE team_member (team_id int, member_id int, role text, PRIMARY KEY (team_id, member_id))");
    const auto view = finding<spaces>(session);
    CHECK_THAT(view, contains("\"space_member\", the link table of relation \"members\""));
    CHECK_THAT(view, contains("is a view, and a link table must be a table, whatever depends_on says"));
    const auto condition = finding<teams>(session);
    CHECK_THAT(condition, contains("column \"role\" does not exist"));
    CHECK_THAT(condition, contains("sees the columns of \"member\" alone, not those of a link table"));
}

TEST_CASE("live types that cannot be a key, joined or held are told with what to do",
          "[.][postgres][findings]") {
    const live_database database;
    auto session = database.open();
    session.exec(
        "CREATE TABLE country (code char(3) PRIMARY KEY); CREATE TABLE city (id int PRIMARY KEY, "
        "country_code char(3)); "
        "CREATE TABLE photo (id uuid PRIMARY KEY); CREATE TABLE remark (id int PRIMARY KEY, about text, "
        "about_id text); "
        "CREATE TABLE film (id int PRIMARY KEY, words tsvector)");
    const auto key = finding<cities>(session);
    CHECK_THAT(key, contains("has type character(3), which compares without the blanks at its end"));
    CHECK_THAT(key, contains("ALTER COLUMN \"code\" TYPE varchar"));
    const auto join = finding<remarks>(session);
    CHECK_THAT(join, contains("only values of one type can be joined"));
    CHECK_THAT(join, contains("give each type a column of its own"));
    CHECK_THAT(finding<films>(session), contains("expression<std::string, \"…::text\">"));
    session.exec("ALTER TABLE film ALTER COLUMN words TYPE \"char\" USING 'x'");
    const std::array<compiled_index, 1> indices{compiled<films>};
    CHECK(postgres::check_shapes(indices, session).findings.empty());
}
