// compile error: pgsync: belongs_to_any needs the two columns and at least one case, each with a label
// names: Booking subject
#include <pgsync/shape.hpp>

struct Post {
    int id;
};
struct Photo {
    int id;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::belongs_to_any<"subject_type", "subject_id", pgsync::case_of<"", Post>> subject;
#else
    pgsync::belongs_to_any<"subject_type", "subject_id", pgsync::case_of<"post", Post>,
                           pgsync::case_of<"photo", Photo>>
        subject;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
