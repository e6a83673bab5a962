// compile error: pgsync: an index with a transform needs #include <pgsync/transform.hpp>
// names: bookings
#ifndef PGSYNC_FAIL
#include <pgsync/transform.hpp>
#endif
#include <pgsync/shape.hpp>

struct Booking {
    int id;
};
struct bookings : pgsync::index<Booking> {
    static bool transform(Booking& booking) { return booking.id != 7; }
};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
