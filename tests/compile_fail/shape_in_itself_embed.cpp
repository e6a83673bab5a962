// compile error: pgsync: this shape never ends: the member leads back .*; leave the way back out
// names: Booking Details changes
#include <pgsync/shape.hpp>

struct Booking;
struct Details {
    std::string comment;
#ifdef PGSYNC_FAIL
    pgsync::has_many<Booking, pgsync::foreign_key<"replaces">> changes;
#else
    pgsync::count<Booking, pgsync::foreign_key<"replaces">> changes;
#endif
};
struct Booking {
    int id;
    pgsync::embed<Details> details;
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
