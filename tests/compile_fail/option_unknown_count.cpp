// compile error: pgsync: unknown option of a relation; known are .* where<.*> and depends_on<Table
// names: Booking reviews
#include <pgsync/shape.hpp>

struct Guest {
    int id;
};
struct Review {
    int id;
    std::string title;
    int stars;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::count<Review, Guest> reviews;
#else
    pgsync::count<Review, pgsync::depends_on<Guest>> reviews;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
