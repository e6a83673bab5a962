// compile error: pgsync: key, column, hidden and std::optional are for columns; .* foreign_key<
// names: Booking guest
#include <pgsync/shape.hpp>

struct Guest {
    int id;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::column<pgsync::belongs_to<Guest>, "booked_by"> guest;
#else
    pgsync::belongs_to<Guest, pgsync::foreign_key<"booked_by">> guest;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
