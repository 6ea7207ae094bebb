# `cmake --install`: headers, the libraries in both forms, a CMake package and pkg-config files.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ouro)

set(other_headers ${ouro_bridges_known})
list(REMOVE_ITEM other_headers "" ${ouro_bridges})
list(TRANSFORM other_headers REPLACE "(.+)" "PATTERN;\\1.h;EXCLUDE")
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING PATTERN "*.h" ${other_headers})
install(TARGETS ouro ouro_static EXPORT ouro
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT ouro NAMESPACE ouro:: FILE ouro-targets.cmake DESTINATION ${package_dir})

configure_package_config_file(cmake/ouro-config.cmake.in ouro-config.cmake
    INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(ouro-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES
    ${PROJECT_BINARY_DIR}/ouro-config.cmake
    ${PROJECT_BINARY_DIR}/ouro-config-version.cmake
    DESTINATION ${package_dir})

# The prefix is found from the place of the file, so that the installed tree can be moved.
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH pkgconfig_to_prefix /prefix/${pkgconfig_dir} /prefix)
string(REGEX REPLACE "/$" "" pkgconfig_to_prefix "${pkgconfig_to_prefix}")
configure_file(cmake/ouro.pc.in ouro.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/ouro.pc DESTINATION ${pkgconfig_dir})

# A bridge is a component of the package, so that only who wants it needs the other library.
foreach(name IN LISTS ouro_bridges)
    install(TARGETS ouro_${name} ouro_${name}_static EXPORT ouro-${name}
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
    install(EXPORT ouro-${name} NAMESPACE ouro:: FILE ouro-${name}-targets.cmake
        DESTINATION ${package_dir})
    string(REPLACE ";" " " other_cmake "${ouro_${name}_other_cmake}")
    set(other_package ${ouro_${name}_other_package})
    configure_file(cmake/ouro-bridge.cmake.in ouro-${name}.cmake @ONLY)
    configure_file(cmake/ouro-bridge.pc.in ouro-${name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/ouro-${name}.cmake DESTINATION ${package_dir})
    install(FILES ${PROJECT_BINARY_DIR}/ouro-${name}.pc DESTINATION ${pkgconfig_dir})
endforeach()
