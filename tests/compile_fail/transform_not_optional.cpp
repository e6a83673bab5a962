// compile error: pgsync: a typed transform reads this member, .* declare it as std::optional
// names: Booking nights
#include <pgsync/shape.hpp>
#include <pgsync/transform.hpp>

struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::range<pgsync::date> nights;
#else
    std::optional<pgsync::range<pgsync::date>> nights;
#endif
};
struct bookings : pgsync::index<Booking> {
    static bool transform(Booking& booking) { return booking.id > 0; }
};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
