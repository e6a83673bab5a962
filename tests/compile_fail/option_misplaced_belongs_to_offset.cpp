// compile error: pgsync: an option that makes no sense for this relation:
// names: Booking guest
#include <pgsync/shape.hpp>

struct Guest {
    int id;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::belongs_to<Guest, pgsync::offset<1>> guest;
#else
    pgsync::belongs_to<Guest> guest;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
