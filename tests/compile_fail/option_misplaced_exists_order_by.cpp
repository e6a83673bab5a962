// compile error: pgsync: an option that makes no sense for this relation:
// names: Booking reviewed
#include <pgsync/shape.hpp>

struct Review {
    int id;
    std::string title;
    int stars;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::exists<Review, pgsync::order_by<"stars">> reviewed;
#else
    pgsync::exists<Review> reviewed;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
