// compile error: pgsync: a struct inside embed<…> has no key of its own; drop key<…> from its members
// names: Booking address
#include <pgsync/shape.hpp>

struct Address {
#ifdef PGSYNC_FAIL
    pgsync::key<std::string> street;
#else
    std::string street;
#endif
    std::string city;
};
struct Booking {
    int id;
    pgsync::embed<Address> address;
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
