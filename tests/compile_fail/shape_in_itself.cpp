// compile error: pgsync: this shape never ends
// names: Employee reports
#include <pgsync/shape.hpp>

struct Report {
    int id;
};
struct Employee {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::has_many<Employee> reports;
#else
    pgsync::has_many<Report> reports;
#endif
};
struct employees : pgsync::index<Employee> {};
static_assert(!pgsync::compiled<employees>.page_query.empty());
