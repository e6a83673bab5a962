// compile error: pgsync: unknown option of a relation; known are foreign_key<
// names: Booking subject
#include <pgsync/shape.hpp>

struct Guest {
    int id;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::belongs_to_any<"subject_type", "subject_id", pgsync::case_of<"guest", Guest, int>> subject;
#else
    pgsync::belongs_to_any<"subject_type", "subject_id", pgsync::case_of<"guest", Guest>> subject;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
