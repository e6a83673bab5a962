// compile error: pgsync: an option is written twice; give all columns in one foreign_key or references
// names: Line order
#include <pgsync/shape.hpp>

struct Order {
    pgsync::key<int> shop, number;
};
struct Line {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::belongs_to<Order, pgsync::foreign_key<"shop">, pgsync::foreign_key<"order_number">> order;
#else
    pgsync::belongs_to<Order, pgsync::foreign_key<"shop", "order_number">> order;
#endif
};
struct lines : pgsync::index<Line> {};
static_assert(!pgsync::compiled<lines>.page_query.empty());
