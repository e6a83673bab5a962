// compile error: pgsync: depends_on names either no columns or one for each column that joins the view
// names: Total
#include <pgsync/shape.hpp>

struct Payment {
    int id;
};
struct Total {
    pgsync::key<int> booking_id;
    pgsync::decimal<12, 2> sum;
};
#ifdef PGSYNC_FAIL
struct totals : pgsync::index<Total, pgsync::depends_on<Payment, "shop_id", "booking_id">> {};
#else
struct totals : pgsync::index<Total, pgsync::depends_on<Payment, "booking_id">> {};
#endif
static_assert(!pgsync::compiled<totals>.page_query.empty());
