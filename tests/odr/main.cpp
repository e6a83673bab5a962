// Two translation units include the library: they must link, and share one copy of everything.
#include <cstdio>

#include "units.hpp"

int main() {
    const seen first = first_unit();
    const seen second = second_unit();
    if (first.addresses != second.addresses || first.page_query != second.page_query ||
        first.page_query.empty()) {
        std::puts("the two translation units hold different copies");
        return 1;
    }
    return 0;
}
