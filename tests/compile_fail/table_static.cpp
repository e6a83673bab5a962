// compile error: pgsync: this static is called almost as one that pgsync reads, and would say nothing
// names: Guest tabel
#include <pgsync/shape.hpp>

struct Guest {
#ifdef PGSYNC_FAIL
    static constexpr std::string_view tabel = "people";
#else
    static constexpr std::string_view table = "people";
    int tables;  // a column may be called so
#endif
    int id;
};
struct Booking {
    int id;
    pgsync::belongs_to<Guest> guest;
};
struct reservations : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<reservations>.page_query.empty());
