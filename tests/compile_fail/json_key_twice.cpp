// compile error: pgsync: another member of this struct has the same JSON key
// names: Booking visitor
#include <pgsync/shape.hpp>

struct Guest {
    int id;
};
struct Booking {
    int id;
    std::string guest;
#ifdef PGSYNC_FAIL
    pgsync::named<pgsync::belongs_to<Guest>, "guest"> visitor;
#else
    pgsync::named<pgsync::belongs_to<Guest>, "visiting-guest"> visitor;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
