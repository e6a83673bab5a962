// compile error: pgsync: unknown option of a relation; known are foreign_key<.*> and depends_on<Table
// names: Booking reviews
#include <pgsync/shape.hpp>

struct Review {
    int id;
};
struct newest_first {};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::has_many<Review, newest_first> reviews;
#else
    pgsync::has_many<Review, pgsync::references<"id">> reviews;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
