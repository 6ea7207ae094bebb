# Bridges: other libraries on this loop, each a small library of its own, built where the other
# library is installed. A bridge sees what users see: the shared form is linked against the shared
# library, whose internals are hidden.

# ouro_bridge(NAME TARGET): libouro-NAME from src/bridge/NAME_*.c, in both forms, for the library
# that is CMake's TARGET.
function(ouro_bridge name other)
    file(GLOB sources CONFIGURE_DEPENDS src/bridge/${name}_*.c)
    add_library(ouro_${name}_objects OBJECT ${sources})
    ouro_compile(ouro_${name}_objects)
    target_include_directories(ouro_${name}_objects PRIVATE include src)
    target_link_libraries(ouro_${name}_objects PRIVATE ${other} Threads::Threads)
    set_target_properties(ouro_${name}_objects PROPERTIES
        POSITION_INDEPENDENT_CODE ON
        C_VISIBILITY_PRESET hidden)

    add_library(ouro_${name} SHARED $<TARGET_OBJECTS:ouro_${name}_objects>)
    add_library(ouro_${name}_static STATIC $<TARGET_OBJECTS:ouro_${name}_objects>)
    add_library(ouro::${name} ALIAS ouro_${name})
    add_library(ouro::${name}-static ALIAS ouro_${name}_static)
    target_link_libraries(ouro_${name} PUBLIC ouro ${other})
    target_link_libraries(ouro_${name}_static PUBLIC ouro_static ${other})
    foreach(form ouro_${name} ouro_${name}_static)
        ouro_compile(${form})
        set_target_properties(${form} PROPERTIES LINKER_LANGUAGE C OUTPUT_NAME ouro-${name})
    endforeach()
    set_target_properties(ouro_${name}_static PROPERTIES EXPORT_NAME ${name}-static)
    set_target_properties(ouro_${name} PROPERTIES
        EXPORT_NAME ${name}
        VERSION ${PROJECT_VERSION}
        SOVERSION ${PROJECT_VERSION_MAJOR}
        LINK_DEPENDS ${PROJECT_SOURCE_DIR}/src/ouro.map)
    target_link_options(ouro_${name} PRIVATE
        -Wl,--version-script=${PROJECT_SOURCE_DIR}/src/ouro.map)
    if(NOT OURO_SANITIZE)
        target_link_options(ouro_${name} PRIVATE -Wl,-z,defs)
    endif()
endfunction()

set(ouro_bridges_known curl)
set(ouro_bridges) # those that are built

# What the files that are installed say of the other library: to CMake and to pkg-config.
set(ouro_curl_other_cmake CURL 7.66)
set(ouro_curl_other_package libcurl)
find_package(CURL 7.66 QUIET)
if(CURL_FOUND)
    list(APPEND ouro_bridges curl)
    ouro_bridge(curl CURL::libcurl)
else()
    message(STATUS "libouro-curl is left out: there is no libcurl 7.66 or later with its headers")
endif()
