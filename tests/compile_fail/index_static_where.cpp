// compile error: pgsync: this static is called almost as one that pgsync reads, and would say nothing
// names: reservations wehre
#include <pgsync/shape.hpp>

struct Booking {
    int id;
    bool paid;
};
struct reservations : pgsync::index<Booking> {
#ifdef PGSYNC_FAIL
    static constexpr std::string_view wehre = "paid";
#else
    static constexpr std::string_view where = "paid";
    static constexpr std::string_view whereabouts = "of the application's own";
#endif
};
static_assert(!pgsync::compiled<reservations>.page_query.empty());
