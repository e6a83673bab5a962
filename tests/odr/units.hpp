#pragma once

#include <string_view>
#include <vector>

/// What one translation unit sees of the library: addresses of its inline variables and compile-time texts.
struct seen {
    std::vector<const void*> addresses;
    std::string_view page_query;
};
seen first_unit();
seen second_unit();
