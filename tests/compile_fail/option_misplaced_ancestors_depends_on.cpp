// compile error: pgsync: an option that makes no sense for this relation:.* which take no depends_on
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
    pgsync::ancestors<Manager, pgsync::depends_on<Manager>> managers;
#else
    pgsync::ancestors<Manager> managers;
#endif
};
struct employees : pgsync::index<Employee> {};
static_assert(!pgsync::compiled<employees>.page_query.empty());
