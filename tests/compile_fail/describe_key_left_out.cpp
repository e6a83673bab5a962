// compile error: pgsync: this struct has no key
// names: Booking
#include <pgsync/shape.hpp>

struct Booking {
    int id;
    std::string cache;
};
template <>
struct pgsync::describe<Booking> {
#ifdef PGSYNC_FAIL
    using members = pgsync::members<pgsync::leave_out<"id">>;
#else
    using members = pgsync::members<pgsync::leave_out<"cache">>;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
