// compile error: pgsync: two indices of one program have the same name
// names: archive
#include <pgsync/cli/engine.hpp>
#include <pgsync/shape.hpp>

struct Booking {
    int id;
};
struct bookings : pgsync::index<Booking> {};
struct archive : pgsync::index<Booking> {
#ifdef PGSYNC_FAIL
    static constexpr std::string_view name = "bookings";
#endif
};
pgsync::engine<bookings, archive> both() { return pgsync::engine<bookings, archive>(); }
