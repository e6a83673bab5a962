// compile error: pgsync: the cluster refuses such an index name
// names: bookings
#include <pgsync/shape.hpp>

struct Booking {
    int id;
};
struct bookings : pgsync::index<Booking> {
#ifdef PGSYNC_FAIL
    static constexpr std::string_view name = "all bookings";
#else
    static constexpr std::string_view name = "all-bookings.2024+";
#endif
};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
