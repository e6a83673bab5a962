// compile error: pgsync: this member's type has no JSON form; use bool, short, int,
// names: Booking value
#include <pgsync/shape.hpp>

struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::range<double> value;
#else
    pgsync::range<pgsync::decimal<10, 2>> value;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
