// A user of the compile-time half alone.
#include <cstdio>

#include <pgsync/shape.hpp>

struct Guest {
    int id;
    std::string name;
};
struct Booking {
    int id;
    pgsync::belongs_to<Guest> guest;
};
struct bookings : pgsync::index<Booking> {};

int main() {
    const auto query = pgsync::compiled<bookings>.keys_query;
    std::printf("%.*s\n", static_cast<int>(query.size()), query.data());
    return query.find("\"guest\"") == std::string_view::npos ? 1 : 0;
}
