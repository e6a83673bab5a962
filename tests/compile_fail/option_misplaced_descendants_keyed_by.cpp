// compile error: pgsync: an option that makes no sense for this relation:
// names: Employee staff
#include <pgsync/shape.hpp>

struct Manager {
    static constexpr std::string_view table = "employee";
    int id;
    std::string name;
};
struct Employee {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::descendants<Manager, pgsync::keyed_by<"name">> staff;
#else
    pgsync::descendants<Manager, pgsync::pluck<"name">> staff;
#endif
};
struct employees : pgsync::index<Employee> {};
static_assert(!pgsync::compiled<employees>.page_query.empty());
