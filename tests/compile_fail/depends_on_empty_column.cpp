// compile error: pgsync: depends_on names either no columns or one for each column that joins the view
// names: Booking total
#include <pgsync/shape.hpp>

struct Payment {
    int id;
};
struct Total {
    pgsync::key<int> booking_id;
    pgsync::decimal<12, 2> sum;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::has_one<Total, pgsync::depends_on<Payment, "">> total;
#else
    pgsync::has_one<Total, pgsync::depends_on<Payment>> total;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
