// compile error: pgsync: a shape must be an aggregate struct: .*no base classes
// names: Booking
#include <pgsync/shape.hpp>

#ifdef PGSYNC_FAIL
struct Row {
    int id;
};
struct Booking : Row {
    bool paid;
};
#else
struct Booking {
    int id;
    bool paid;
};
#endif
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
