# What pgsync's own tests and examples are compiled with; never part of pgsync::pgsync.
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

set(pgsync_warnings -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion)
if(PGSYNC_WERROR)
    list(APPEND pgsync_warnings -Werror)
endif()
add_library(pgsync_development INTERFACE)
target_compile_options(pgsync_development INTERFACE ${pgsync_warnings})

if(PGSYNC_SANITIZE)
    string(REPLACE ";" "," sanitizers "${PGSYNC_SANITIZE}")
    target_compile_options(
        pgsync_development INTERFACE -fsanitize=${sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
    target_link_options(pgsync_development INTERFACE -fsanitize=${sanitizers})
endif()
