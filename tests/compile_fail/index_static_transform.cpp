// compile error: pgsync: this static is called almost as one that pgsync reads, and would say nothing
// names: reservations transfrom
#include <pgsync/shape.hpp>

struct Booking {
    int id;
};
struct reservations : pgsync::index<Booking> {
#ifdef PGSYNC_FAIL
    static bool transfrom(Booking& booking);
#else
    static bool helper(Booking& booking);
#endif
};
static_assert(!pgsync::compiled<reservations>.page_query.empty());
