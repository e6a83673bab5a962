// compile error: pgsync: an expression or json_path cannot be a key or have another column; .* with key<T>
// names: Booking number
#include <pgsync/shape.hpp>

struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::column<pgsync::expression<std::string, "lower(code)">, "code"> number;
#else
    pgsync::named<pgsync::expression<std::string, "lower(code)">, "code"> number;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
