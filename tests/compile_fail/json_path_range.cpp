// compile error: pgsync: a value inside JSON cannot be of this type; .* or pgsync::json for whatever is there
// names: Booking ages
#include <pgsync/shape.hpp>

struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::json_path<pgsync::range<int>, "data", "ages"> ages;
#else
    pgsync::json_path<pgsync::json, "data", "ages"> ages;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
