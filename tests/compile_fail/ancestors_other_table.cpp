// compile error: pgsync: ancestors and descendants lead to rows of the same table; .* the same `table`,
// names: Employee managers
#include <pgsync/shape.hpp>

struct Manager {
#ifndef PGSYNC_FAIL
    static constexpr std::string_view table = "employee";
#endif
    int id;
    std::string name;
};
struct Employee {
    int id;
    pgsync::ancestors<Manager> managers;
};
struct employees : pgsync::index<Employee> {};
static_assert(!pgsync::compiled<employees>.page_query.empty());
