// compile error: pgsync: this member's type has no JSON form; use .* an enum class, pgsync::keyword
// names: Booking state
#include <pgsync/shape.hpp>

#ifdef PGSYNC_FAIL
enum State { open, closed };
#else
enum class State { open, closed };
#endif
struct Booking {
    int id;
    State state;
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
