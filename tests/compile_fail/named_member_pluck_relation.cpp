// compile error: pgsync: pluck, keyed_by, sum, avg, min and max name a member of the related struct
// names: Booking stays guest
#include <pgsync/shape.hpp>

struct Guest {
    int id;
};
struct Stay {
    int id;
    pgsync::belongs_to<Guest> guest;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::has_many<Stay, pgsync::pluck<"guest">> stays;
#else
    pgsync::has_many<Stay, pgsync::pluck<"id">> stays;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
