// compile error: pgsync: a struct with a JSON key longer than 63 bytes can have at most 50 members
// names: Booking
#include <pgsync/shape.hpp>

struct Booking {
    int id;
    int m0, m1, m2, m3, m4, m5, m6, m7, m8, m9;
    int m10, m11, m12, m13, m14, m15, m16, m17, m18, m19;
    int m20, m21, m22, m23, m24, m25, m26, m27, m28, m29;
    int m30, m31, m32, m33, m34, m35, m36, m37, m38, m39;
    int m40, m41, m42, m43, m44, m45, m46, m47;
    pgsync::named<int, "a key that has more bytes than PostgreSQL gives an identifier, sixty-three"> wordy;
#ifdef PGSYNC_FAIL
    int one_too_many;
#endif
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
