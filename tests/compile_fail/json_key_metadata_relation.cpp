// compile error: pgsync: this JSON key is the cluster's own, at the top of every document
// names: Booking reviews
#include <pgsync/shape.hpp>

struct Review {
    int id;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::named<pgsync::has_many<Review>, "_routing"> reviews;
#else
    pgsync::named<pgsync::has_many<Review>, "routing"> reviews;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
