// A file with names of its own that pgsync has as well.
#include <optional>
#include <string>
#include <vector>

#include <pgsync/shape.hpp>

using namespace pgsync::shape_words;

struct members {
    int id;
    std::optional<timestamptz> joined;
};
struct fixed_string {
    int id;
};
struct version_string {
    int id;
    keyword name;
    time_of_day opens;
    has_many<members, foreign_key<"group_id">, order_by<"joined">, limit<3>> first_members;
    belongs_to<fixed_string> prefix;
    count<members, foreign_key<"group_id">> size;
};
struct groups : pgsync::index<version_string> {};

static_assert(pgsync::compiled<groups>.shape.nodes[1].table == "members");
static_assert(pgsync::compiled<groups>.shape.nodes[0].table == "version_string");
