// compile error: pgsync: describe<…> names a member that the struct does not have, .* pgsync::members<as<
// names: Booking
#include <pgsync/shape.hpp>

struct Booking {
    int number;
    std::string cache;
};
template <>
struct pgsync::describe<Booking> {
#ifdef PGSYNC_FAIL
    using members = pgsync::as<"number", pgsync::key<int>>;
#else
    using members = pgsync::members<pgsync::as<"number", pgsync::key<int>>>;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
