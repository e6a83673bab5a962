// compile error: pgsync: the struct of this relation is not complete here
// names: Employee
#include <pgsync/shape.hpp>

struct Boss {
    int id;
};
struct Employee {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::belongs_to<Employee> boss;
#else
    pgsync::belongs_to<Boss> boss;
#endif
};
struct employees : pgsync::index<Employee> {};
static_assert(!pgsync::compiled<employees>.page_query.empty());
