// compile error: pgsync: this is not an index; write `struct reservations : pgsync::index<Booking> {};`
// names: Booking
#include <pgsync/shape.hpp>

struct Booking {
    int id;
};
struct bookings : pgsync::index<Booking> {};
#ifdef PGSYNC_FAIL
static_assert(!pgsync::compiled<Booking>.page_query.empty());
#else
static_assert(!pgsync::compiled<bookings>.page_query.empty());
#endif
