// Tables of every kind, for tests in which the database is changed under a running program.
#include <cstdint>
#include <optional>
#include <string>

#include <pgsync/pgsync.hpp>

namespace changed {

using pgsync::depends_on, pgsync::foreign_key, pgsync::has_many, pgsync::has_one, pgsync::key,
    pgsync::order_by, pgsync::through;

struct Tag {
    int id;
    std::string name;
};
struct Label {
    int id;
    std::string name;
};
struct Line {  // partitioned by day
    key<std::int64_t> id;
    key<pgsync::date> day;
    int amount;
};
struct Event {  // partitioned by day, without a key
    pgsync::date day;
    std::string note;
};
struct ItemTotal {  // a view over line
    static constexpr std::string_view table = "item_total";
    key<std::int64_t> item_id;
    std::int64_t amount;
};
struct ItemRank {  // a materialised view over tag
    static constexpr std::string_view table = "item_rank";
    key<std::int64_t> item_id;
    std::int64_t tags;
};
struct Item {
    std::int64_t id;
    std::string title;
    std::optional<std::string> body;
    has_many<Tag> tags;
    has_many<Label, through<"item_label", foreign_key<"item_id">, foreign_key<"label_id">>> labels;
    has_many<Line, foreign_key<"item_id">> lines;
    has_many<Event, foreign_key<"item_id">, order_by<"day, note">> events;
    has_one<ItemTotal, depends_on<Line, "item_id">> total;
    has_one<ItemRank, depends_on<Tag, "item_id">> rank;
};

}  // namespace changed

struct items : pgsync::index<changed::Item> {};
struct lines : pgsync::index<changed::Line> {};

int main(int argc, char** argv) { return pgsync::run<items, lines>(argc, argv); }
