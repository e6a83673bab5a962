// compile error: pgsync: an option that makes no sense for this relation:
// names: Booking review
#include <pgsync/shape.hpp>

struct Review {
    int id;
    std::string title;
    int stars;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::has_one<Review, pgsync::keyed_by<"title">> review;
#else
    pgsync::has_one<Review, pgsync::pluck<"title">> review;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
