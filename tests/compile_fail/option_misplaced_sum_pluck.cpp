// compile error: pgsync: an option that makes no sense for this relation:.* pluck for all but aggregates
// names: Booking stars
#include <pgsync/shape.hpp>

struct Review {
    int id;
    std::string title;
    int stars;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::sum<Review, "stars", pgsync::pluck<"stars">> stars;
#else
    pgsync::sum<Review, "stars"> stars;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
