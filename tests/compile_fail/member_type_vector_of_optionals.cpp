// compile error: pgsync: this member's type has no JSON form; use bool, short, int,
// names: Booking value
#include <optional>
#include <vector>

#include <pgsync/shape.hpp>

struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    std::vector<std::optional<pgsync::geo_point>> value;
#else
    std::vector<std::optional<int>> value;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
