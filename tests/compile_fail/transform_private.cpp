// compile error: pgsync: `transform` is a static function of the index .* Root& or .* returns bool, or
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
