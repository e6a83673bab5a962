// compile error: pgsync: an option that makes no sense for this relation:
// names: Booking subject
#include <pgsync/shape.hpp>

struct Guest {
    int id;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::belongs_to_any<"subject_type", "subject_id",
                           pgsync::case_of<"guest", Guest, pgsync::order_by<"id">>>
        subject;
#else
    pgsync::belongs_to_any<"subject_type", "subject_id",
                           pgsync::case_of<"guest", Guest, pgsync::references<"id">>>
        subject;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
