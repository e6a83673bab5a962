// compile error: pgsync: key, column, hidden and std::optional are for columns; .* foreign_key<
// names: Booking guest
#include <pgsync/shape.hpp>

struct Guest {
    int id;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::json_path<pgsync::embed<Guest>, "data", "guest"> guest;
#else
    pgsync::embed<Guest> guest;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
