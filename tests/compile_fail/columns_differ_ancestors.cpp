// compile error: pgsync: foreign_key and references .* differ in their number of columns; give one
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
    pgsync::ancestors<Manager, pgsync::foreign_key<"shop_id", "manager_id">> managers;
#else
    pgsync::ancestors<Manager, pgsync::foreign_key<"manager_id">> managers;
#endif
};
struct employees : pgsync::index<Employee> {};
static_assert(!pgsync::compiled<employees>.page_query.empty());
