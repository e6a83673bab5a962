// compile error: pgsync: this index has a transform, which sees hidden members too, .* with named<T, .key.>
// names: bookings
#include <pgsync/transform.hpp>

struct Guest {
    int id;
};
struct Visitor {
    int id;
    pgsync::hidden<pgsync::named<int, "id">> number;
};
struct Booking {
    int id;
    std::string state;
#ifdef PGSYNC_FAIL
    pgsync::belongs_to<Visitor> visitor;
#else
    pgsync::belongs_to<Guest> visitor;
#endif
};
struct bookings : pgsync::index<Booking> {
    static bool transform(boost::json::object& booking) { return !booking.empty(); }
};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
