// compile error: pgsync: this struct has no key; name a member `id`
// names: Tag
#include <pgsync/shape.hpp>

struct Tag {
#ifdef PGSYNC_FAIL
    std::string name;
#else
    pgsync::key<std::string> name;
#endif
};
struct Booking {
    int id;
    pgsync::has_many<
        Tag, pgsync::through<"booking_tag", pgsync::foreign_key<"booking_id">, pgsync::foreign_key<"tag">>>
        tags;
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
