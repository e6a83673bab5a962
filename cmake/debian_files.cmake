# Run by CPack on what it is about to pack: Debian's names for the license and the changes, both as its policy has them.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
    return()
endif()
set(root "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr")
set(doc "${root}/share/doc/${CPACK_DEBIAN_PACKAGE_NAME}")
file(RENAME "${root}/share/doc/pgsync" "${doc}")

file(READ "${doc}/LICENSE" license)
string(REGEX MATCH "Copyright \\(c\\) ([^\n]*)" line "${license}")
set(owner "${CMAKE_MATCH_1}")
string(REGEX REPLACE "^.*${owner}\n+" "" license "${license}")
string(STRIP "${license}" license)
string(REPLACE "\n\n" "\n.\n" license "${license}")
string(REPLACE "\n" "\n " license "${license}")
file(WRITE "${doc}/copyright"
     "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
     "Upstream-Name: pgsync\n\nFiles: *\nCopyright: ${owner}\nLicense: Expat\n ${license}\n")
file(REMOVE "${doc}/LICENSE")

string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE "${doc}/changelog.Debian"
     "${CPACK_DEBIAN_PACKAGE_NAME} (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium\n\n"
     "  * Made by CPack; changelog.gz says what is new.\n\n -- ${CPACK_DEBIAN_PACKAGE_MAINTAINER}  ${now}\n")
file(RENAME "${doc}/CHANGELOG.md" "${doc}/changelog")
execute_process(COMMAND gzip -9n "${doc}/changelog" "${doc}/changelog.Debian" COMMAND_ERROR_IS_FATAL ANY)

file(GLOB_RECURSE libraries "${root}/lib/*.a")
if(libraries)
    execute_process(COMMAND strip --strip-debug --remove-section=.comment --enable-deterministic-archives ${libraries}
                    COMMAND_ERROR_IS_FATAL ANY)
endif()
