// compile error: pgsync: a shape must be an aggregate struct
// names: Guest
#include <pgsync/shape.hpp>

#ifdef PGSYNC_FAIL
class Guest {
    int id;
};
#else
struct Guest {
    int id;
};
#endif
struct Booking {
    int id;
    pgsync::belongs_to<Guest> guest;
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
