// Carts with their lines, whose tables the test makes in every way that has writes refused. Where
// PGSYNC_KEYLESS is set lines have no key.
#include <cstdint>
#include <string>

#include <pgsync/pgsync.hpp>

struct Line {
#if !defined(PGSYNC_KEYLESS)
    pgsync::key<std::int64_t> id;
#endif
    int price, qty, total;
};
struct Cart {
    std::int64_t id;
    std::string name;
    pgsync::sum<Line, "total"> amount;
    pgsync::has_many<Line, pgsync::order_by<"price, total">> lines;
};
struct carts : pgsync::index<Cart> {};

int main(int argc, char** argv) { return pgsync::run<carts>(argc, argv); }
