// compile error: pgsync: this member's type cannot be a key; bool, floating point .*: use an integer,
// names: Booking id
#include <pgsync/shape.hpp>

struct Booking {
#ifdef PGSYNC_FAIL
    float id;
#else
    int id;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
