# The target libpqxx::pqxx, from libpqxx's own CMake package where there is one, else from pkg-config (the
# packages of Debian and Ubuntu).
find_package(libpqxx CONFIG QUIET)
if(NOT TARGET libpqxx::pqxx)
    find_package(PkgConfig QUIET)
    if(PkgConfig_FOUND)
        pkg_check_modules(PGSYNC_PQXX QUIET IMPORTED_TARGET GLOBAL libpqxx)
    endif()
    if(TARGET PkgConfig::PGSYNC_PQXX)
        set(libpqxx_VERSION "${PGSYNC_PQXX_VERSION}")
        add_library(libpqxx::pqxx INTERFACE IMPORTED GLOBAL)
        target_link_libraries(libpqxx::pqxx INTERFACE PkgConfig::PGSYNC_PQXX)
    endif()
endif()
if(TARGET libpqxx::pqxx)
    set(libpqxx_target libpqxx::pqxx)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
    libpqxx REQUIRED_VARS libpqxx_target VERSION_VAR libpqxx_VERSION
    REASON_FAILURE_MESSAGE "install libpqxx-dev, and pkg-config where it has no CMake package")
