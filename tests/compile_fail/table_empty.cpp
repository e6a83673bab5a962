// compile error: pgsync: the table's \(or schema's\) name is empty or longer than PostgreSQL's 63 bytes
// names: Booking
#include <pgsync/shape.hpp>

struct Booking {
#ifdef PGSYNC_FAIL
    static constexpr std::string_view table = "inventory.";
#else
    static constexpr std::string_view table = "inventory.booking";
#endif
    int id;
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
