// compile error: pgsync: `where` of this index cannot stand .* a comment or a \$ outside quotes
// names: bookings
#include <pgsync/shape.hpp>

struct Booking {
    int id;
};
struct bookings : pgsync::index<Booking> {
#ifdef PGSYNC_FAIL
    static constexpr std::string_view where = "id > $1";
#else
    static constexpr std::string_view where = "state <> '$1'";
#endif
};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
