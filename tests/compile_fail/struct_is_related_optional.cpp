// compile error: pgsync: a struct as a plain member .* or embed<T> for columns of the same row
// names: Booking guest
#include <pgsync/shape.hpp>

struct Guest {
    int id;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    std::optional<Guest> guest;
#else
    pgsync::embed<Guest> guest;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
