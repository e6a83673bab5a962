// compile error: pgsync: this member's type cannot be a key; .* use an integer, std::string,
// names: Booking number
#include <pgsync/shape.hpp>

struct Booking {
#ifdef PGSYNC_FAIL
    pgsync::key<pgsync::bytea> number;
#else
    pgsync::key<std::string> number;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
