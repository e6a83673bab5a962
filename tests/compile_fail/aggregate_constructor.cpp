// compile error: pgsync: a shape must be an aggregate struct
// names: Booking
#include <pgsync/shape.hpp>

struct Booking {
#ifdef PGSYNC_FAIL
    explicit Booking(int key) : id(key) {}
#endif
    int id;
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
