// compile error: pgsync: a value inside JSON cannot be of this type; .* or pgsync::json for whatever is there
// names: Booking marks
#include <pgsync/shape.hpp>

struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::json_path<std::vector<int>, "data", "marks"> marks;
#else
    pgsync::json_path<pgsync::json, "data", "marks"> marks;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
