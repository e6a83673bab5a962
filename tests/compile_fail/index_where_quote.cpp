// compile error: pgsync: `where` of this index cannot stand inside a query: it is empty, a bracket
// names: bookings
#include <pgsync/shape.hpp>

struct Booking {
    int id;
};
struct bookings : pgsync::index<Booking> {
#ifdef PGSYNC_FAIL
    static constexpr std::string_view where = "state <> 'gone";
#else
    static constexpr std::string_view where = "state <> 'gone'";
#endif
};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
