// compile error: pgsync: the struct of this relation is not complete here; define it above this one
// names: Team
#include <pgsync/shape.hpp>

struct Team;
struct Employee {
    int id;
    pgsync::count<Team> teams;
};
#ifndef PGSYNC_FAIL
struct Team {
    int id;
};
#endif
struct employees : pgsync::index<Employee> {};
static_assert(!pgsync::compiled<employees>.page_query.empty());
