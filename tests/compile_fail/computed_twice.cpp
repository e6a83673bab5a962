// compile error: pgsync: an expression or json_path cannot be a key or have another column; .* with key<T>
// names: Booking city
#include <pgsync/shape.hpp>

struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::expression<pgsync::json_path<std::string, "data", "city">, "lower(data)"> city;
#else
    pgsync::json_path<std::string, "data", "city"> city;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
