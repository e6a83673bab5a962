// compile error: pgsync: describe<…> names a member that the struct does not have, .* pgsync::members<as<
// names: Booking cash
#include <pgsync/shape.hpp>

struct Booking {
    int number;
    std::string cache;
};
template <>
struct pgsync::describe<Booking> {
#ifdef PGSYNC_FAIL
    using members = pgsync::members<pgsync::as<"number", pgsync::key<int>>, pgsync::leave_out<"cash">>;
#else
    using members = pgsync::members<pgsync::as<"number", pgsync::key<int>>, pgsync::leave_out<"cache">>;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
