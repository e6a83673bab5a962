// compile error: pgsync: an expression or json_path cannot be a key or have another column; .* with key<T>
// names: Booking number
#include <pgsync/shape.hpp>

struct Booking {
    pgsync::key<std::string> code;
#ifdef PGSYNC_FAIL
    pgsync::key<pgsync::expression<std::string, "lower(code)">> number;
#else
    pgsync::expression<std::string, "lower(code)"> number;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
