// compile error: pgsync: this static is called almost as one that pgsync reads, and would say nothing
// names: reservations setting
#include <pgsync/shape.hpp>

struct Booking {
    int id;
};
struct reservations : pgsync::index<Booking> {
#ifdef PGSYNC_FAIL
    static constexpr std::string_view setting = R"({"number_of_shards": 2})";
#else
    static constexpr int setting = 3;  // of another type, and so of another purpose
#endif
};
static_assert(!pgsync::compiled<reservations>.page_query.empty());
