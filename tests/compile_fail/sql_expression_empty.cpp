// compile error: pgsync: this SQL cannot stand inside a query: it is empty, a bracket or quote is left
// names: Booking loud
#include <pgsync/shape.hpp>

struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::expression<std::string, ""> loud;
#else
    pgsync::expression<std::string, "upper(comment)"> loud;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
