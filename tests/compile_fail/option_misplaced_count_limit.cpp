// compile error: pgsync: an option that makes no sense for this relation:
// names: Booking reviews
#include <pgsync/shape.hpp>

struct Review {
    int id;
    std::string title;
    int stars;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::count<Review, pgsync::limit<3>> reviews;
#else
    pgsync::count<Review, pgsync::where<"stars > 3">> reviews;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
