// compile error: pgsync: an option is written twice; .* all conditions in one where
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
    pgsync::has_many<Review, pgsync::where<"stars > 3">, pgsync::where<"title <> ''">> reviews;
#else
    pgsync::has_many<Review, pgsync::where<"stars > 3 AND title <> ''">> reviews;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
