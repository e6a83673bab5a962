// compile error: pgsync: pluck, keyed_by, sum, avg, min and max name a member of the related struct
// names: Booking reviews headline
#include <pgsync/shape.hpp>

struct Review {
    int id;
    std::string title;
    int stars;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::has_many<Review, pgsync::keyed_by<"headline">> reviews;
#else
    pgsync::has_many<Review, pgsync::keyed_by<"title">> reviews;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
