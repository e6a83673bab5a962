// compile error: pgsync: through names a link table and its two foreign keys: through<
// names: Booking guests
#include <pgsync/shape.hpp>

struct Guest {
    int id;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::has_many<
        Guest,
        pgsync::through<"booking_room", pgsync::foreign_key<"booking_id">,
                        pgsync::foreign_key<"house_id", "room_id">>,
        pgsync::through<"room_guest", pgsync::foreign_key<"room_id">, pgsync::foreign_key<"guest_id">>>
        guests;
#else
    pgsync::has_many<Guest,
                     pgsync::through<"booking_room", pgsync::foreign_key<"booking_id">,
                                     pgsync::foreign_key<"house_id", "room_id">>,
                     pgsync::through<"room_guest", pgsync::foreign_key<"house_id", "room_id">,
                                     pgsync::foreign_key<"guest_id">>>
        guests;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
