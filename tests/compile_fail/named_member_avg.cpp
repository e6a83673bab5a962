// compile error: pgsync: pluck, keyed_by, sum, avg, min and max name a member of the related struct
// names: Booking reviews points
#include <pgsync/shape.hpp>

struct Review {
    int id;
    std::string title;
    int stars;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::avg<Review, "points"> reviews;
#else
    pgsync::avg<Review, "stars"> reviews;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
