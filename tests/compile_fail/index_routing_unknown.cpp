// compile error: pgsync: `routing` names a member of the root that is a column
// names: bookings
#include <vector>

#include <pgsync/shape.hpp>

struct Guest {
    int id;
};
struct Booking {
    int id;
    pgsync::column<int, "shop_number"> shop;
    std::vector<int> parts;
    pgsync::expression<int, "id % 7"> weekday;
    pgsync::belongs_to<Guest> guest;
};
struct bookings : pgsync::index<Booking> {
#ifdef PGSYNC_FAIL
    static constexpr std::string_view routing = "shop_number";
#else
    static constexpr std::string_view routing = "shop";
#endif
};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
