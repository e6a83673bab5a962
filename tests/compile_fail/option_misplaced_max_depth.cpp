// compile error: pgsync: an option that makes no sense for this relation:
// names: Booking best
#include <pgsync/shape.hpp>

struct Review {
    int id;
    std::string title;
    int stars;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::max<Review, "stars", pgsync::depth<1>> best;
#else
    pgsync::max<Review, "stars"> best;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
