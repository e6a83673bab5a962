// compile error: pgsync: pluck, keyed_by, sum, avg, min and max name a member of the related struct
// names: Booking notes db_title
#include <pgsync/shape.hpp>

struct Note {
    int id;
    pgsync::column<std::string, "db_title"> title;
};
struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::has_many<Note, pgsync::pluck<"db_title">> notes;  // the column, not the member
#else
    pgsync::has_many<Note, pgsync::pluck<"title">> notes;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
