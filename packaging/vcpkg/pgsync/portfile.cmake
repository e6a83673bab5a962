# Builds the tree that this port stands in. vcpkg knows a port by its own files: where only the rest of the tree has
# changed, `vcpkg remove pgsync` first, and `--no-binarycaching`.
get_filename_component(SOURCE_PATH "${CURRENT_PORT_DIR}/../../.." ABSOLUTE)

vcpkg_check_features(OUT_FEATURE_OPTIONS FEATURE_OPTIONS FEATURES runtime PGSYNC_RUNTIME compiled PGSYNC_COMPILED)
if(NOT "compiled" IN_LIST FEATURES)
    # Headers only: one build will do.
    set(VCPKG_BUILD_TYPE release)
endif()
vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS ${FEATURE_OPTIONS} -DPGSYNC_INSTALL=ON -DPGSYNC_BUILD_TESTS=OFF -DPGSYNC_BUILD_EXAMPLES=OFF)
vcpkg_cmake_install()
if("compiled" IN_LIST FEATURES)
    vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/pgsync)
else()
    vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/pgsync)
endif()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share"
     "${CURRENT_PACKAGES_DIR}/share/doc" "${CURRENT_PACKAGES_DIR}/lib/cmake" "${CURRENT_PACKAGES_DIR}/share/cmake")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
