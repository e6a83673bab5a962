#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <pgsync/shape.hpp>

/// Options of relations that the examples have no use for.
namespace options {
using namespace pgsync;
using std::optional, std::string;

// clang-format off
struct Team   { int id; };
struct Person { int id; string name; optional<keyword> email; };

struct OwnerCard { key<int> person_id; string line; };                                       // views
struct PartTotal { key<int> device_id; key<int> grade; std::int64_t parts; optional<keyword> labels; };

struct LabelLine { key<keyword> code; string line; };

struct Part     { int id; optional<keyword> label; optional<int> grade; optional<date> fitted; };
struct Contract { int id; keyword number; };
struct Ticket   { int id; optional<string> title; };
struct Label    { int id; keyword code, name; int rank; };
struct Site     { int id; keyword code; string name; };
struct Upper    { static constexpr std::string_view table = "site"; int id; keyword code; string name; };

using by_serial = foreign_key<"serial">;
using linked    = through<"device_label", foreign_key<"device_serial">, foreign_key<"label_code">>;
using by_code   = references<"code">;
using of_parts  = depends_on<Part, "device_id">;

struct Device {
    int id;
    keyword serial;
    string name;
    keyword state;
    optional<time_of_day> starts_at;
    hidden<optional<int>> owner_id;

    belongs_to<Person, foreign_key<"owner_id">, where<"active">>                                 owner;
    belongs_to<Person, foreign_key<"owner_id">, where<"active">, pluck<"email">>                 owner_email;
    belongs_to<OwnerCard, foreign_key<"owner_id">, depends_on<Person, "id">, depends_on<Team>>   card;
    belongs_to<Site, foreign_key<"site_code">, by_code, where<"NOT closed">>                     site;

    has_one<Part, where<"NOT removed">, order_by<"grade DESC NULLS LAST, fitted">>               best_part;
    has_one<Part, where<"removed">, pluck<"label">>                                              removed_part;
    has_one<Part, order_by<"fitted DESC NULLS LAST">, pluck<"fitted">>                           last_fitted;
    mapped<has_one<Part, where<"grade IS NULL">>, R"({"type":"object","enabled":false})">        ungraded;
    mapped<has_many<Part, pluck<"label">>, R"({"type":"text","analyzer":"whitespace"})">         part_labels;

    has_one<Label, linked, by_serial, by_code, where<"rank > 0">, order_by<"rank DESC">>         top_label;
    has_one<Label, linked, by_serial, by_code, order_by<"rank">, pluck<"name">>                  low_label;
    has_many<Label, linked, by_serial, by_code, pluck<"code">>                                   labels;
    count<Label, linked, by_serial, by_code, where<"rank > 0">>                                  ranked_labels;
    max<Label, "name", linked, by_serial, by_code>                                               last_label_name;

    min<Part, "label">                                                                           first_part_label;
    max<Part, "label", where<"NOT removed">>                                                     last_part_label;

    has_many<PartTotal, of_parts>                                                                totals;
    has_many<PartTotal, of_parts, keyed_by<"grade">, pluck<"parts">>                             parts_by_grade;
    has_many<PartTotal, of_parts, where<"grade > 0">, order_by<"parts DESC, labels">, limit<1>>  commonest;
    has_many<Label, linked, by_serial, by_code, order_by<"rank">, offset<1>, pluck<"name">>      further_labels;
    has_many<Part, where<"NOT removed">, order_by<"label">, offset<1>, limit<2>, pluck<"label">> next_parts;
    has_many<LabelLine, linked, by_serial, by_code, depends_on<Label, "code">, pluck<"line">>     label_lines;
    count<PartTotal, of_parts, where<"parts > 1">>                                               repeated_grades;
    exists<PartTotal, of_parts, where<"grade = 9">>                                              has_top_grade;
    max<PartTotal, "parts", of_parts>                                                            most_parts;
    min<PartTotal, "labels", of_parts>                                                           first_labels;

    belongs_to_any<"about_type", "about_ref",
                   case_of<"contract", Contract, references<"number">, where<"signed">>,
                   case_of<"ticket", Ticket, by_code, pluck<"title">>>                           about;
};

using uphill = foreign_key<"upper_code">;

struct SitePage {
    static constexpr std::string_view table = "site";
    int id;
    keyword code;
    string name;
    ancestors<Upper, uphill, by_code>                                                            above;
    ancestors<Upper, uphill, by_code, where<"NOT closed">, pluck<"name">>                        open_above;
    ancestors<Upper, uphill, by_code, depth<2>, pluck<"code">>                                   near_above;
    descendants<Upper, uphill, by_code, where<"kind = 'hall'">>                                  halls;
    descendants<Upper, uphill, by_code, where<"NOT closed">, depth<2>, pluck<"code">>            open_near_below;
    has_many<Device, foreign_key<"site_code">, by_code, where<"state = 'running'">, pluck<"name">> running;
};

struct StatsRefreshed { int id; };
struct LabelStats     { key<int> label_id; std::int64_t devices; };   // materialised
// clang-format on
}  // namespace options

namespace vendor {  // somebody else's
struct Label {
    int number;
    std::string name;
    std::string caption;
    pgsync::box<options::LabelStats> stats;
};
}  // namespace vendor

template <>
struct pgsync::describe<vendor::Label> {
    static constexpr std::string_view table = "label";
    using members = pgsync::members<
        pgsync::as<"number", pgsync::key<pgsync::column<int, "id">>>, pgsync::leave_out<"caption">,
        pgsync::as<"stats",
                   pgsync::has_one<options::LabelStats, pgsync::depends_on<options::StatsRefreshed>>>>;
};

struct devices : pgsync::index<options::Device> {};
struct running_devices : pgsync::index<options::Device> {
    static constexpr std::string_view where = "state = 'running'";
    static constexpr std::string_view routing = "owner_id";  // nobody's devices go where their `_id` says
    static constexpr std::string_view settings = R"({"number_of_shards": 3})";
};
struct sites : pgsync::index<options::SitePage> {};
struct labels : pgsync::index<vendor::Label> {};
struct label_numbers : pgsync::index<options::LabelStats, pgsync::depends_on<options::StatsRefreshed>> {};
