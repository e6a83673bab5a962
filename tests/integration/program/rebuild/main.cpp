// One program in the shapes it has over the years, PGSYNC_SHAPE each.
#include <cstdint>
#include <string>
#include <string_view>

#include <pgsync/pgsync.hpp>

struct Guest {
    int id;
    std::string name, email;
};
struct Review {
    int id;
    std::int16_t rating;
    std::string comment;
};
#if PGSYNC_SHAPE == 2
struct Place {
    int id;
    std::string address;
};
#endif
struct Booking {
    std::int64_t id;
    pgsync::date start_date;
    pgsync::belongs_to<Guest> guest;
    pgsync::has_many<Review> reviews;
#if PGSYNC_SHAPE == 2
    pgsync::belongs_to<Place> place;
#endif
};

#if PGSYNC_SHAPE == 6  // another team's program, which calls something else so
struct reservations : pgsync::index<Review> {};
#else
struct reservations : pgsync::index<Booking> {
#if PGSYNC_SHAPE == 3
    static constexpr std::string_view settings = R"({"refresh_interval": "200ms"})";
#endif
#if PGSYNC_SHAPE == 3 || PGSYNC_SHAPE == 5  // grows: the cluster can change the index as it is
    static constexpr std::string_view mapping =
        R"({"properties": {"guest": {"properties": {"email": {"fields": {"whole": {"type": "keyword"}}}}}}})";
#elif PGSYNC_SHAPE == 4                     // another type
    static constexpr std::string_view mapping =
        R"({"properties": {"guest": {"properties": {"id": {"type": "keyword"}}}}})";
#endif
};
#endif
struct guests : pgsync::index<Guest> {};

int main(int argc, char** argv) { return pgsync::run<reservations, guests>(argc, argv); }
