// compile error: pgsync: the mapping is no JSON object; write it like mapped<T,
// names: Booking comment
#include <pgsync/shape.hpp>

struct Booking {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::mapped<std::string, R"({"type":"keyword})"> comment;
#else
    pgsync::mapped<std::string, R"({"type":"keyword"})"> comment;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
