// compile error: pgsync: this SQL cannot stand inside a query: it is empty, a bracket or quote is left
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
    pgsync::has_many<Review, pgsync::where<"stars > 3 /* good ones */">> reviews;
#else
    pgsync::has_many<Review, pgsync::where<"title <> '/*'">> reviews;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
