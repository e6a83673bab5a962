// compile error: pgsync: this struct has no key; name a member `id`, or mark .* pgsync::key<T>
// names: Guest
#include <pgsync/shape.hpp>

struct Guest {
#ifdef PGSYNC_FAIL
    std::string email;
#else
    pgsync::key<std::string> email;
#endif
};
struct Booking {
    int id;
    pgsync::belongs_to<Guest> guest;
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
