// compile error: pgsync: this struct has no key
// names: Booking
#include <pgsync/shape.hpp>

struct Booking {
#ifdef PGSYNC_FAIL
    std::optional<int> id;
#else
    int id;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
