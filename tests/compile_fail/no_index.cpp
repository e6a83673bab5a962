// compile error: pgsync: name at least one index
// names: engine
#include <pgsync/cli/engine.hpp>
#include <pgsync/shape.hpp>

struct Booking {
    int id;
};
struct bookings : pgsync::index<Booking> {};
#ifdef PGSYNC_FAIL
pgsync::engine<> none() { return pgsync::engine<>(); }
#else
pgsync::engine<bookings> one() { return pgsync::engine<bookings>(); }
#endif
