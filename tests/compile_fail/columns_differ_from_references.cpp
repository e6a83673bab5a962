// compile error: pgsync: foreign_key and references .* differ in their number of columns
// names: Booking guest
#include <pgsync/shape.hpp>

struct Guest {
    int id;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::belongs_to<Guest, pgsync::foreign_key<"guest_country", "guest_email">,
                       pgsync::references<"email">>
        guest;
#else
    pgsync::belongs_to<Guest, pgsync::foreign_key<"guest_country", "guest_email">,
                       pgsync::references<"country", "email">>
        guest;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
