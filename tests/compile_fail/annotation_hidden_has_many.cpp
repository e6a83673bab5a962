// compile error: pgsync: key, column, hidden and std::optional are for columns; .* foreign_key<
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
    pgsync::hidden<pgsync::has_many<Review>> reviews;
#else
    pgsync::has_many<Review> reviews;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
