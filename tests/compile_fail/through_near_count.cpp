// compile error: pgsync: through names a link table .* the first as many columns as it joins before it
// names: Booking guests
#include <pgsync/shape.hpp>

struct Guest {
    int id;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::has_many<Guest, pgsync::through<"booking_guest", pgsync::foreign_key<"shop_id", "booking_id">,
                                            pgsync::foreign_key<"guest_id">>>
        guests;
#else
    pgsync::has_many<Guest, pgsync::through<"booking_guest", pgsync::foreign_key<"booking_id">,
                                            pgsync::foreign_key<"guest_id">>>
        guests;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
