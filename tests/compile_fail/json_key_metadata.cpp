// compile error: pgsync: this JSON key is the cluster's own, at the top of every document
// names: Booking _id
#include <pgsync/shape.hpp>

struct Guest {
    int id;
    int _id;
};  // below the top it is free
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    int _id;
#else
    pgsync::named<int, "old_id"> _id;
    pgsync::hidden<int> _source;
#endif
    pgsync::belongs_to<Guest> guest;
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
