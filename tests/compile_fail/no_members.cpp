// compile error: pgsync: a shape needs at least one member
// names: Booking
#include <pgsync/shape.hpp>

struct Booking {
#ifndef PGSYNC_FAIL
    int id;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
