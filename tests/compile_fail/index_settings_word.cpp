// compile error: pgsync: `settings` and `mapping` of an index are JSON objects, as
// names: bookings
#include <pgsync/shape.hpp>

struct Booking {
    int id;
};
struct bookings : pgsync::index<Booking> {
#ifdef PGSYNC_FAIL
    static constexpr std::string_view settings = "one shard";
#else
    static constexpr std::string_view settings = R"({"number_of_shards":1})";
#endif
};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
