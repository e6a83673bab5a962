// compile error: pgsync: an index with a transform needs #include <pgsync/transform.hpp>
// names: bookings
#include <boost/json/object.hpp>
#ifndef PGSYNC_FAIL
#include <pgsync/transform.hpp>
#endif
#include <pgsync/shape.hpp>

struct Booking {
    int id;
};
struct bookings : pgsync::index<Booking> {
    static void transform(boost::json::object& booking) { booking["seen"] = true; }
};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
