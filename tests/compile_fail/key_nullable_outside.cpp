// compile error: pgsync: a key cannot be null; drop std::optional
// names: Booking number
#include <pgsync/shape.hpp>

struct Booking {
#ifdef PGSYNC_FAIL
    std::optional<pgsync::key<int>> number;
#else
    pgsync::key<int> number;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
