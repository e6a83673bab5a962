// compile error: pgsync: key, column, hidden and std::optional are for columns; .* foreign_key<
// names: Booking address
#include <pgsync/shape.hpp>

struct Address {
    std::string street, city;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    std::optional<pgsync::embed<Address>> address;
#else
    pgsync::embed<Address> address;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
