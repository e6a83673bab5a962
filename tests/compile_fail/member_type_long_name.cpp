// compile error: pgsync: this member's type has no JSON form
// names: Booking comments
#include <pgsync/shape.hpp>

struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    void* comments;  // eight letters: clang spells names of some lengths as numbers unless helped
#else
    std::string comments;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
