// compile error: pgsync: limit<n>, offset<n> and depth<n> need a number from 1 to 1,000,000
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
    pgsync::descendants<Manager, pgsync::depth<0>> staff;
#else
    pgsync::descendants<Manager, pgsync::depth<1>> staff;
#endif
};
struct employees : pgsync::index<Employee> {};
static_assert(!pgsync::compiled<employees>.page_query.empty());
