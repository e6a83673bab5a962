// compile error: pgsync: this static is called almost as one that pgsync reads, and would say nothing
// names: Guest schemas
#include <pgsync/shape.hpp>

struct Guest {
    int id;
};
template <>
struct pgsync::describe<Guest> {
#ifdef PGSYNC_FAIL
    static constexpr std::string_view schemas = "people";
#else
    static constexpr std::string_view schema = "people";
#endif
};
struct guests : pgsync::index<Guest> {};
static_assert(!pgsync::compiled<guests>.page_query.empty());
