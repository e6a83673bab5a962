// compile error: pgsync: `name`, `where`, .* of an index are written as static constexpr std::string_view
// names: bookings
#include <pgsync/shape.hpp>

struct Booking {
    int id;
};
struct bookings : pgsync::index<Booking> {
#ifdef PGSYNC_FAIL
    static constexpr std::string_view routing() { return "id"; }
#else
    static constexpr std::string_view routing = "id";
#endif
};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
