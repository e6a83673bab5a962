// compile error: pgsync: an option is written twice
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
    pgsync::has_many<Review, pgsync::offset<3>, pgsync::offset<5>> reviews;
#else
    pgsync::has_many<Review, pgsync::offset<3>> reviews;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
