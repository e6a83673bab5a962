// compile error: pgsync: this member's type cannot be a key; bool, floating point .*: use an integer,
// names: Booking current
#include <pgsync/shape.hpp>

struct Booking {
    pgsync::key<int> id;
#ifdef PGSYNC_FAIL
    pgsync::key<bool> current;
#else
    bool current;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
