// compile error: pgsync: a struct as a plain member .* write belongs_to<T>, has_one<T> or has_many<T>
// names: Booking guest
#include <pgsync/shape.hpp>

struct Guest {
    int id;
    std::string name;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    Guest guest;
#else
    pgsync::belongs_to<Guest> guest;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
