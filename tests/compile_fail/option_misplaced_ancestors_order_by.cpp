// compile error: pgsync: an option that makes no sense for this relation:
// names: Employee managers
#include <pgsync/shape.hpp>

struct Manager {
    static constexpr std::string_view table = "employee";
    int id;
    std::string name;
};
struct Employee {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::ancestors<Manager, pgsync::order_by<"name">> managers;
#else
    pgsync::ancestors<Manager, pgsync::depth<3>> managers;
#endif
};
struct employees : pgsync::index<Employee> {};
static_assert(!pgsync::compiled<employees>.page_query.empty());
