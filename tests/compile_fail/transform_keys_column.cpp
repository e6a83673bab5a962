// compile error: pgsync: this index has a transform, which sees hidden members too, .* with named<T, .key.>
// names: bookings
#include <pgsync/transform.hpp>

struct Guest {
    int id;
};
struct Booking {
    int id;
    std::string state;
#ifdef PGSYNC_FAIL
    pgsync::hidden<pgsync::named<std::string, "state">> inner_state;
#else
    pgsync::hidden<std::string> inner_state;
#endif
};
struct bookings : pgsync::index<Booking> {
    static bool transform(boost::json::object& booking) { return !booking.empty(); }
};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
