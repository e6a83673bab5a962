// compile error: pgsync: a column's name is empty or longer
// names: Booking city
#include <pgsync/shape.hpp>

struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::json_path<std::string, "", "city"> city;
#else
    pgsync::json_path<std::string, "data", "city"> city;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
