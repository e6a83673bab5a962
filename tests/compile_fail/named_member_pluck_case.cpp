// compile error: pgsync: pluck, keyed_by, sum, avg, min and max name a member of the related struct
// names: Booking subject name
#include <pgsync/shape.hpp>

struct Guest {
    int id;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::belongs_to_any<"subject_type", "subject_id",
                           pgsync::case_of<"guest", Guest, pgsync::pluck<"name">>>
        subject;
#else
    pgsync::belongs_to_any<"subject_type", "subject_id", pgsync::case_of<"guest", Guest, pgsync::pluck<"id">>>
        subject;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
