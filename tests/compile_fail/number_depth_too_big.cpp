// compile error: pgsync: limit<n>, offset<n> and depth<n> need a number from 1 to 1,000,000
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
    pgsync::ancestors<Manager, pgsync::depth<1'000'001>> managers;
#else
    pgsync::ancestors<Manager, pgsync::depth<1'000'000>> managers;
#endif
};
struct employees : pgsync::index<Employee> {};
static_assert(!pgsync::compiled<employees>.page_query.empty());
