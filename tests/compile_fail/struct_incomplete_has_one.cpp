// compile error: pgsync: the struct of this relation is not complete here; define it above this one
// names: Employee
#include <pgsync/shape.hpp>

struct Deputy {
    static constexpr std::string_view table = "employee";
    int id;
};
struct Employee {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::has_one<Employee, pgsync::foreign_key<"deputy_of">> deputy;
#else
    pgsync::has_one<Deputy, pgsync::foreign_key<"deputy_of">> deputy;
#endif
};
struct employees : pgsync::index<Employee> {};
static_assert(!pgsync::compiled<employees>.page_query.empty());
