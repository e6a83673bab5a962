// compile error: pgsync: the mapping is no JSON object; write it like mapped<T,
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
    pgsync::mapped<pgsync::has_many<Review>, "nested"> reviews;
#else
    pgsync::mapped<pgsync::has_many<Review>, R"({"type":"nested"})"> reviews;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
