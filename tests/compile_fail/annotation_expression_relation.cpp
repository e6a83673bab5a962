// compile error: pgsync: key, column, hidden and std::optional are for columns; .* foreign_key<
// names: Booking guest
#include <pgsync/shape.hpp>

struct Guest {
    int id;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::expression<pgsync::belongs_to<Guest>, "guest"> guest;
#else
    pgsync::belongs_to<Guest> guest;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
