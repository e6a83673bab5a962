// compile error: pgsync: `transform` is a static function of the index that takes Root& or boost::json::object& and returns bool, or nothing
// names: bookings
#include <pgsync/transform.hpp>

struct Booking {
    int id;
};
#ifdef PGSYNC_FAIL
class bookings : public pgsync::index<Booking> {
#else
struct bookings : pgsync::index<Booking> {
#endif
    static bool transform(Booking& booking) { return booking.id != 7; }
};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
