// compile error: pgsync: the key this relation refers to has several columns; write foreign_key<
// names: Booking subject
#include <pgsync/shape.hpp>

struct Flat {
    pgsync::key<int> street, door;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::belongs_to_any<"subject_type", "subject_id", pgsync::case_of<"flat", Flat>> subject;
#else
    pgsync::belongs_to_any<"subject_type", "subject_id",
                           pgsync::case_of<"flat", Flat, pgsync::foreign_key<"street", "door">>>
        subject;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
