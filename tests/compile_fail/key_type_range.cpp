// compile error: pgsync: this member's type cannot be a key; .* use an integer, std::string,
// names: Booking number
#include <pgsync/shape.hpp>

struct Booking {
#ifdef PGSYNC_FAIL
    pgsync::key<pgsync::range<int>> number;
#else
    pgsync::key<int> number;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
