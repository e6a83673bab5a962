// compile error: pgsync: a column's name is empty or longer than PostgreSQL's 63 bytes
// names: Booking guest
#include <pgsync/shape.hpp>

struct Guest {
    int id;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::belongs_to<Guest, pgsync::foreign_key<"">> guest;
#else
    pgsync::belongs_to<Guest, pgsync::foreign_key<"booked_by">> guest;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
