// compile error: pgsync: this member's type has no JSON form
// names: Booking guests
#include <pgsync/shape.hpp>

struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    std::optional<unsigned> guests;
#else
    std::optional<int> guests;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
