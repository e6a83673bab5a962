// compile error: pgsync: this member's type has no JSON form
// names: Booking reviews
#include <vector>

#include <pgsync/shape.hpp>

struct Review {
    int id;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    std::vector<Review> reviews;
#else
    pgsync::has_many<Review> reviews;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
