// compile error: pgsync: the key this relation refers to has several columns; write foreign_key<
// names: Order lines
#include <pgsync/shape.hpp>

struct Line {
    int id;
};
struct Order {
    pgsync::key<int> shop, number;
#ifdef PGSYNC_FAIL
    pgsync::has_many<Line> lines;
#else
    pgsync::has_many<Line, pgsync::foreign_key<"shop", "order_number">> lines;
#endif
};
struct orders : pgsync::index<Order> {};
static_assert(!pgsync::compiled<orders>.page_query.empty());
