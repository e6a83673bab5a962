# `cpack -G DEB` makes libpgsync-dev: headers, CMake's files, documentation, and the library where that is built.
set(CPACK_PACKAGE_NAME pgsync)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_DEBIAN_PACKAGE_NAME libpgsync-dev)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "search documents from PostgreSQL, kept right in Elasticsearch")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "A C++20 library. You declare a nested document's shape as structs and\n\
compile a small program; it fills an index of Elasticsearch or OpenSearch\n\
and keeps it in step with PostgreSQL by logical replication.")
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
# As Debian's own tools have it.
if(NOT CPACK_DEBIAN_PACKAGE_MAINTAINER)
    set(CPACK_DEBIAN_PACKAGE_MAINTAINER "pgsync maintainers <pgsync@localhost>")
    if(DEFINED ENV{DEBFULLNAME} AND DEFINED ENV{DEBEMAIL})
        set(CPACK_DEBIAN_PACKAGE_MAINTAINER "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
    endif()
endif()

# at_least(PACKAGE VERSION): headers do with that and later ones. A library was made with those of this very release,
# and its calls into them are no other's: only releases that differ in their last number are as good.
function(at_least package epoch lowest found)
    if(TARGET pgsync_compiled)
        string(REGEX MATCH "^([0-9]+)\\.([0-9]+)" series "${found}")
        math(EXPR next "${CMAKE_MATCH_2} + 1")
        set(depends "${package} (>= ${epoch}${series}), ${package} (<< ${epoch}${CMAKE_MATCH_1}.${next}~)")
    else()
        set(depends "${package} (>= ${epoch}${lowest})")
    endif()
    set(depends "${depends}" PARENT_SCOPE)
endfunction()

# The lowest versions are Debian 12's, where Boost 1.81 stands beside the default.
if(TARGET pgsync_compiled)
    set(boost "libboost${Boost_VERSION_MAJOR}.${Boost_VERSION_MINOR}-dev")
    string(REPLACE "libboost" "libboost-json" boost_json "${boost}")
else()
    set(boost "libboost-dev (>= 1.81) | libboost1.81-dev")
    set(boost_json "libboost-json-dev (>= 1.81) | libboost-json1.81-dev")
endif()
set(CPACK_DEBIAN_PACKAGE_DEPENDS "${boost}")
if(PGSYNC_RUNTIME)
    at_least(libpqxx-dev "" 6.4 "${libpqxx_VERSION}")
    string(APPEND CPACK_DEBIAN_PACKAGE_DEPENDS ", ${boost_json}, ${depends}")
    at_least(libspdlog-dev 1: 1.10 "${spdlog_VERSION}")
    string(APPEND CPACK_DEBIAN_PACKAGE_DEPENDS
           ", ${depends}, libpq-dev (>= 15), libcurl4-openssl-dev (>= 7.88) | libcurl4-gnutls-dev (>= 7.88)"
           ", libmicrohttpd-dev (>= 0.9.75), libssl-dev (>= 3.0), zlib1g-dev (>= 1:1.2.13), libcli11-dev (>= 2.1)"
           ", libtomlplusplus-dev (>= 3.3), pkg-config")
endif()
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "cmake (>= 3.25), g++ (>= 4:12)")
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE all)
if(TARGET pgsync_compiled)
    unset(CPACK_DEBIAN_PACKAGE_ARCHITECTURE)
endif()

# What Debian wants to be named and packed its own way.
set(CPACK_PRE_BUILD_SCRIPTS "${PROJECT_SOURCE_DIR}/cmake/debian_files.cmake")
include(CPack)
