// compile error: pgsync: the table's \(or schema's\) name is empty or longer than PostgreSQL's 63 bytes
// names: Booking
#include <pgsync/shape.hpp>

struct Booking {
#ifdef PGSYNC_FAIL
    static constexpr std::string_view table =
        "a_table_whose_name_is_by_one_byte_longer_than_an_identifier_can_be_";
#else
    static constexpr std::string_view table =
        "a_table_whose_name_is_exactly_as_long_as_an_identifier_may_be63";
#endif
    int id;
};
struct bookings : pgsync::index<Booking> {};
static_assert(!pgsync::compiled<bookings>.page_query.empty());
