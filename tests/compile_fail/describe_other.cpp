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
    using members = pgsync::members<pgsync::as<"number", pgsync::key<int>>, pgsync::hidden<std::string>>;
#else
    using members = pgsync::members<pgsync::as<"number", pgsync::key<int>>,
                                    pgsync::as<"cache", pgsync::hidden<std::string>>>;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
