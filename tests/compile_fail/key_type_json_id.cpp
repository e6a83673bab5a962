// compile error: pgsync: this member's type cannot be a key; .* use an integer, std::string,
// names: Booking id
#include <pgsync/shape.hpp>

struct Booking {
#ifdef PGSYNC_FAIL
    pgsync::json id;
#else
    pgsync::uuid id;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
