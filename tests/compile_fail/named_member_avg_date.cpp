// compile error: pgsync: sum and avg need a member that is a number, min and max one that has an order
// names: Booking lines day
#include <vector>

#include <pgsync/shape.hpp>

struct Line {
    int id;
    std::string text;
    int amount;
    bool gift;
    pgsync::date day;
    pgsync::json data;
    std::vector<int> parts;
    pgsync::range<int> seats;
    pgsync::json_path<std::string, "data", "colour"> colour;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::avg<Line, "day"> lines;
#else
    pgsync::max<Line, "day"> lines;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
