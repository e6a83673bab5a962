// compile error: pgsync: a column's name is empty or longer than PostgreSQL's 63 bytes
// names: Booking paid
#include <pgsync/shape.hpp>

struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::column<bool, "a_name_that_is_longer_than_any_identifier_the_database_could_have"> paid;
#else
    bool paid;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
