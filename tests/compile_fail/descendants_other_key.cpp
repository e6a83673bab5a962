// compile error: pgsync: ancestors and descendants lead to rows of the same table; .* the same `table`,
// names: Employee staff
#include <pgsync/shape.hpp>

struct Report {
    static constexpr std::string_view table = "employee";
#ifdef PGSYNC_FAIL
    pgsync::key<std::string> badge;
#else
    int id;
    std::string badge;
#endif
};
struct Employee {
    int id;
    pgsync::descendants<Report> staff;
};
struct employees : pgsync::index<Employee> {};
static_assert(!pgsync::compiled<employees>.page_query.empty());
