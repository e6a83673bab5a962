// compile error: pgsync: this struct has no key; name a member `id`
// names: Line
#include <pgsync/shape.hpp>

struct Serial {
    int id;
};
struct Line {
#ifdef PGSYNC_FAIL
    std::string text;
#else
    int id;
#endif
    pgsync::has_one<Serial> serial;
};
struct Booking {
    int id;
    pgsync::has_many<Line> lines;
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
