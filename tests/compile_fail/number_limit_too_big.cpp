// compile error: pgsync: limit<n>, offset<n> and depth<n> need a number from 1 to 1,000,000
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
    pgsync::has_many<Review, pgsync::limit<1'000'001>> reviews;
#else
    pgsync::has_many<Review, pgsync::limit<1'000'000>> reviews;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
