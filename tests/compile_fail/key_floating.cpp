// compile error: pgsync: this member's type cannot be a key; bool, floating point .*: use an integer,
// names: Booking number
#include <pgsync/shape.hpp>

struct Booking {
#ifdef PGSYNC_FAIL
    pgsync::key<double> number;
#else
    pgsync::key<pgsync::decimal<10>> number;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
