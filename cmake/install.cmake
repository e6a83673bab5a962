# Two export sets, so that whoever uses pgsync::shape alone needs none of the other's dependencies.
include(CMakePackageConfigHelpers)
# Headers alone are the same for every architecture.
set(package_folder "${CMAKE_INSTALL_DATADIR}/cmake/pgsync")
if(TARGET pgsync_compiled)
    set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/pgsync")
endif()

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/pgsync" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(TARGETS pgsync_shape EXPORT pgsyncShapeTargets)
install(EXPORT pgsyncShapeTargets NAMESPACE pgsync:: DESTINATION "${package_folder}")
if(PGSYNC_RUNTIME)
    install(TARGETS pgsync EXPORT pgsyncTargets)
    if(PGSYNC_COMPILED)
        install(TARGETS pgsync_compiled EXPORT pgsyncTargets)
    endif()
    install(EXPORT pgsyncTargets NAMESPACE pgsync:: DESTINATION "${package_folder}")
    install(FILES "${PROJECT_SOURCE_DIR}/cmake/Findlibmicrohttpd.cmake" "${PROJECT_SOURCE_DIR}/cmake/Findlibpqxx.cmake"
            DESTINATION "${package_folder}")
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/single_include" DESTINATION "${CMAKE_INSTALL_DATADIR}/pgsync")
endif()

configure_package_config_file(
    "${PROJECT_SOURCE_DIR}/cmake/pgsyncConfig.cmake.in" "${PROJECT_BINARY_DIR}/pgsyncConfig.cmake"
    INSTALL_DESTINATION "${package_folder}")
set(any_architecture ARCH_INDEPENDENT)
if(TARGET pgsync_compiled)
    set(any_architecture "")
endif()
write_basic_package_version_file(
    "${PROJECT_BINARY_DIR}/pgsyncConfigVersion.cmake" COMPATIBILITY SameMinorVersion ${any_architecture})
install(FILES "${PROJECT_BINARY_DIR}/pgsyncConfig.cmake" "${PROJECT_BINARY_DIR}/pgsyncConfigVersion.cmake"
        DESTINATION "${package_folder}")
# The pages link to one another and to the examples.
install(FILES "${PROJECT_SOURCE_DIR}/README.md" "${PROJECT_SOURCE_DIR}/CHANGELOG.md" "${PROJECT_SOURCE_DIR}/LICENSE"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/pgsync")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs" "${PROJECT_SOURCE_DIR}/examples"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/pgsync"
        PATTERN CMakeLists.txt EXCLUDE)
