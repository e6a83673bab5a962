// compile error: pgsync: this shape never ends: the member leads back .*; leave the way back out
// names: Employee managers
#include <pgsync/shape.hpp>

struct Manager {
    static constexpr std::string_view table = "employee";
    int id;
};
struct Employee {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::ancestors<Employee> managers;
#else
    pgsync::ancestors<Manager> managers;
#endif
};
struct employees : pgsync::index<Employee> {};
static_assert(!pgsync::compiled<employees>.page_query.empty());
