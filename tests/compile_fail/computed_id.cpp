// compile error: pgsync: this struct has no key; name a member `id`
// names: Booking
#include <pgsync/shape.hpp>

struct Booking {
#ifdef PGSYNC_FAIL
    pgsync::expression<int, "number + 1"> id;  // what is computed is no key, not even by its name
#else
    int id;
#endif
    int number;
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
