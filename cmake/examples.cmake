# Every examples/NAME.c becomes the program examples/NAME of the build folder. One that includes
# more than Ouro and libc is left out where that is not installed.

find_path(jansson_include_dir jansson.h)
find_library(jansson_library jansson)
mark_as_advanced(jansson_include_dir jansson_library)

# Stores in `ret_libraries` what a program must be linked with, by the headers that it includes; and
# in `ret_missing` what there is not.
function(ouro_example_libraries source ret_libraries ret_missing)
    set(libraries ouro_static)
    set(missing)
    foreach(bridge IN LISTS ouro_bridges_known)
        file(STRINGS ${source} includes REGEX "^#include <ouro/${bridge}\\.h>")
        if(includes AND bridge IN_LIST ouro_bridges)
            list(APPEND libraries ouro_${bridge}_static)
        elseif(includes)
            list(APPEND missing ouro-${bridge})
        endif()
    endforeach()
    file(STRINGS ${source} includes REGEX "^#include <jansson\\.h>")
    if(includes AND jansson_include_dir AND jansson_library)
        list(APPEND libraries ${jansson_library})
    elseif(includes)
        list(APPEND missing jansson)
    endif()
    set(${ret_libraries} ${libraries} PARENT_SCOPE)
    set(${ret_missing} ${missing} PARENT_SCOPE)
endfunction()

# All of them, without the tests.
add_custom_target(example_programs)
file(GLOB examples CONFIGURE_DEPENDS examples/*.c)
foreach(source IN LISTS examples)
    get_filename_component(name ${source} NAME_WE)
    ouro_example_libraries(${source} libraries missing)
    if(missing)
        string(JOIN " and no " missing ${missing})
        message(STATUS "examples/${name} is left out: there is no ${missing}")
        continue()
    endif()
    add_executable(example_${name} ${source})
    ouro_compile(example_${name})
    add_dependencies(example_programs example_${name})
    target_link_libraries(example_${name} PRIVATE ${libraries})
    set_target_properties(example_${name} PROPERTIES
        OUTPUT_NAME ${name}
        RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/examples)
endforeach()
