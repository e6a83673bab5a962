# The target libmicrohttpd::libmicrohttpd, from a CMake package where there is one (Conan), else from pkg-config
# (Debian, Ubuntu, vcpkg).
find_package(libmicrohttpd CONFIG QUIET)
if(NOT TARGET libmicrohttpd::libmicrohttpd)
    find_package(PkgConfig QUIET)
    if(PkgConfig_FOUND)
        pkg_check_modules(PGSYNC_MICROHTTPD QUIET IMPORTED_TARGET GLOBAL libmicrohttpd)
    endif()
    if(TARGET PkgConfig::PGSYNC_MICROHTTPD)
        set(libmicrohttpd_VERSION "${PGSYNC_MICROHTTPD_VERSION}")
        add_library(libmicrohttpd::libmicrohttpd INTERFACE IMPORTED GLOBAL)
        target_link_libraries(libmicrohttpd::libmicrohttpd INTERFACE PkgConfig::PGSYNC_MICROHTTPD)
    endif()
endif()
if(TARGET libmicrohttpd::libmicrohttpd)
    set(libmicrohttpd_target libmicrohttpd::libmicrohttpd)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
    libmicrohttpd REQUIRED_VARS libmicrohttpd_target VERSION_VAR libmicrohttpd_VERSION
    REASON_FAILURE_MESSAGE "install libmicrohttpd-dev, and pkg-config where it has no CMake package")
