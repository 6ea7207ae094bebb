# `cmake --install`: headers, both libraries, a CMake package and a pkg-config file.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ouro)

install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
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

# The prefix is found from the place of ouro.pc, so that the installed tree can be moved.
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH pkgconfig_to_prefix /prefix/${pkgconfig_dir} /prefix)
string(REGEX REPLACE "/$" "" pkgconfig_to_prefix "${pkgconfig_to_prefix}")
configure_file(cmake/ouro.pc.in ouro.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/ouro.pc DESTINATION ${pkgconfig_dir})
