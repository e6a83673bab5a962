// compile error: pgsync: a JSON key begins or ends with a dot, or has two in a row
// names: Booking paid
#include <pgsync/shape.hpp>

struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::named<bool, "is."> paid;
#else
    pgsync::named<bool, "is.paid"> paid;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
