// compile error: pgsync: a shape must be an aggregate struct: no constructors
// names: int
#include <vector>

#include <pgsync/shape.hpp>

struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::has_many<int> numbers;
#else
    std::vector<int> numbers;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
