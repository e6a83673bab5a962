// compile error: pgsync: pluck, keyed_by, .* that is a column, and the struct has none of this name
// names: Booking reviews headline
#include <pgsync/shape.hpp>

struct Review {
    int id;
    std::string title;
    int stars;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::has_many<Review, pgsync::pluck<"headline">> reviews;
#else
    pgsync::has_many<Review, pgsync::pluck<"title">> reviews;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
