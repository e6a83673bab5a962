// compile error: pgsync: `name`, `where`, .* of an index are written as static constexpr std::string_view
// names: bookings
#include <pgsync/shape.hpp>

struct Booking {
    int id;
};
struct bookings : pgsync::index<Booking> {
#ifdef PGSYNC_FAIL
    std::string_view where = "id > 7";
#else
    static constexpr std::string_view where = "id > 7";
#endif
};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
