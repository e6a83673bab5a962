// compile error: pgsync: an option that makes no sense for this relation:.* limit and offset, or keyed_by
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
    pgsync::has_many<Review, pgsync::limit<3>, pgsync::keyed_by<"title">> reviews;
#else
    pgsync::has_many<Review, pgsync::keyed_by<"title">> reviews;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
