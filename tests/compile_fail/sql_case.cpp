// compile error: pgsync: this SQL cannot stand inside a query: it is empty, a bracket or quote is left
// names: Booking subject
#include <pgsync/shape.hpp>

struct Guest {
    int id;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::belongs_to_any<"subject_type", "subject_id",
                           pgsync::case_of<"guest", Guest, pgsync::where<"id > (1">>>
        subject;
#else
    pgsync::belongs_to_any<"subject_type", "subject_id",
                           pgsync::case_of<"guest", Guest, pgsync::where<"id > (1)">>>
        subject;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
