// compile error: pgsync: a JSON key is empty; write named<T, .key.>
// names: Booking paid
#include <pgsync/shape.hpp>

struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::named<bool, ""> paid;
#else
    pgsync::named<bool, "is-paid"> paid;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
