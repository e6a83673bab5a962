// compile error: pgsync: this member's type has no JSON form; use bool, short, int,
// names: Booking comment
#include <pgsync/shape.hpp>

struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    const char* comment;
#else
    std::string comment;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
