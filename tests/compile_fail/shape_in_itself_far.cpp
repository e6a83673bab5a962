// compile error: pgsync: this shape never ends
// names: Company Employee teams
#include <pgsync/shape.hpp>

struct Team;
struct Employee {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::has_many<Team> teams;
#else
    std::string name;
#endif
};
struct Team {
    int id;
    pgsync::has_many<Employee> staff;
};
struct Company {
    int id;
    pgsync::has_many<Team> teams;
};
struct companies : pgsync::index<Company> {};
static_assert(!pgsync::compiled<companies>.page_query.empty());
