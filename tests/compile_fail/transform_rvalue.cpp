// compile error: pgsync: `transform` is a static function of the index that takes Root& or boost::json::object& and returns bool, or nothing
// names: bookings
#include <vector>

#include <pgsync/transform.hpp>
#include <pgsync/shape.hpp>

struct Guest {
    int id;
};
struct Booking {
    int id;
};
struct bookings : pgsync::index<Booking> {
#ifdef PGSYNC_FAIL
    static bool transform(Booking&& booking) { return booking.id != 7; }
#else
    static bool transform(Booking& booking) { return booking.id != 7; }
#endif
};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
