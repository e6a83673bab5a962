// compile error: pgsync: `name`, `where`, .* of an index are written as static constexpr std::string_view
// names: bookings
#include <pgsync/shape.hpp>

struct Booking {
    int id;
};
struct bookings : pgsync::index<Booking> {
#ifdef PGSYNC_FAIL
    static inline const std::string settings = R"({"number_of_shards":1})";
#else
    static constexpr std::string_view settings = R"({"number_of_shards":1})";
#endif
};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
