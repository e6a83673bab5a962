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
struct totals : pgsync::index<Total, Payment> {};
#else
struct totals : pgsync::index<Total, pgsync::depends_on<Payment>> {};
#endif
static_assert(!pgsync::compiled<totals>.page_query.empty());
