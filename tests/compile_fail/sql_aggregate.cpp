// compile error: pgsync: this SQL cannot stand inside a query: it is empty, a bracket or quote is left
// names: Booking good
#include <pgsync/shape.hpp>

struct Review {
    int id;
    std::string title;
    int stars;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::count<Review, pgsync::where<"stars > (3">> good;
#else
    pgsync::count<Review, pgsync::where<"stars > (3)">> good;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
