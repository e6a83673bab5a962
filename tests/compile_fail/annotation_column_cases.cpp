// compile error: pgsync: key, column, hidden and std::optional are for columns; .* foreign_key<
// names: Booking subject
#include <pgsync/shape.hpp>

struct Guest {
    int id;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::column<pgsync::belongs_to_any<"subject_type", "subject_id", pgsync::case_of<"guest", Guest>>,
                   "subject">
        subject;
#else
    pgsync::named<pgsync::belongs_to_any<"subject_type", "subject_id", pgsync::case_of<"guest", Guest>>,
                  "about">
        subject;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
