// compile error: pgsync: the cluster refuses such an index name: it must be lower case
// names: Bookings
#include <pgsync/shape.hpp>

struct Booking {
    int id;
};
struct Bookings : pgsync::index<Booking> {
#ifndef PGSYNC_FAIL
    static constexpr std::string_view name = "bookings";
#endif
};
static_assert(!pgsync::compiled<Bookings>.page_query.empty());
