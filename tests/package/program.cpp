// A user's whole program, run as `consumer explain`.
#include <pgsync/pgsync.hpp>

struct Guest {
    int id;
    std::string name;
};
struct Booking {
    int id;
    pgsync::belongs_to<Guest> guest;
};
struct bookings : pgsync::index<Booking> {};

int main(int argc, char** argv) { return pgsync::run<bookings>(argc, argv); }
