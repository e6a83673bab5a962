// compile error: pgsync: a column's name is empty or longer
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
    pgsync::belongs_to_any<"subject_type", "", pgsync::case_of<"post", Post>> subject;
#else
    pgsync::belongs_to_any<"subject_type", "subject_id", pgsync::case_of<"post", Post>,
                           pgsync::case_of<"photo", Photo>>
        subject;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
