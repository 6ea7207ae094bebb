# The library: objects compiled once, as position independent code, for both the shared and the
# static form.

if(OURO_PORTABLE_SWITCH)
    set(switch_arch ucontext)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
    set(switch_arch x86_64)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    set(switch_arch aarch64)
elseif(CMAKE_SYSTEM_PROCESSOR STREQUAL "riscv64")
    set(switch_arch riscv64)
else()
    set(switch_arch ucontext)
endif()
if(NOT switch_arch STREQUAL ucontext AND NOT CMAKE_SIZEOF_VOID_P EQUAL 8)
    set(switch_arch ucontext) # a 32-bit build (x32, -m32) on a 64-bit machine
endif()

# The switch_* files are one per machine; all others are for every machine.
file(GLOB sources CONFIGURE_DEPENDS src/*/*.c)
list(FILTER sources EXCLUDE REGEX "/coro/switch_[^/]*$|/bridge/")
if(ouro_tls)
    list(FILTER sources EXCLUDE REGEX "/src/tls/absent.c$")
else()
    list(FILTER sources EXCLUDE REGEX "/src/tls/")
    list(APPEND sources src/tls/absent.c)
endif()
file(GLOB switch_sources CONFIGURE_DEPENDS
    src/coro/switch_${switch_arch}.c src/coro/switch_${switch_arch}.S)

add_library(ouro_objects OBJECT ${sources} ${switch_sources})
ouro_compile(ouro_objects)
set_target_properties(ouro_objects PROPERTIES
    POSITION_INDEPENDENT_CODE ON
    C_VISIBILITY_PRESET hidden)
target_include_directories(ouro_objects PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    PRIVATE src)
# initial-exec: the current loop is one load from the thread pointer, in the shared library too.
# No semantic interposition: a call from the library to itself is a plain call and may be inlined.
target_compile_options(ouro_objects PRIVATE
    $<$<COMPILE_LANGUAGE:C>:-ftls-model=initial-exec>
    $<$<COMPILE_LANGUAGE:C>:-fno-semantic-interposition>
    # Two pointers of a list in one vector register: more instructions, and a detour for the data.
    $<$<COMPILE_LANGUAGE:C>:-fno-tree-slp-vectorize>)
# Internal headers ask for this too, so the tests that include them get it as well.
set(ouro_definitions
    $<$<STREQUAL:${switch_arch},ucontext>:OURO_PORTABLE_SWITCH=1>
    $<$<BOOL:${OURO_TORTURE}>:OURO_TORTURE=1>)
target_compile_definitions(ouro_objects PRIVATE ${ouro_definitions})
target_link_libraries(ouro_objects PRIVATE ${ouro_libraries})

# The two forms share their file name: libouro.so and libouro.a.
add_library(ouro SHARED $<TARGET_OBJECTS:ouro_objects>)
add_library(ouro_static STATIC $<TARGET_OBJECTS:ouro_objects>)
add_library(ouro::ouro ALIAS ouro)
add_library(ouro::static ALIAS ouro_static)

foreach(target ouro ouro_static)
    ouro_compile(${target})
    target_include_directories(${target} PUBLIC
        $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
        $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_link_libraries(${target} PRIVATE ${ouro_libraries})
    set_target_properties(${target} PROPERTIES LINKER_LANGUAGE C OUTPUT_NAME ouro)
endforeach()
set_target_properties(ouro_static PROPERTIES EXPORT_NAME static)
set_target_properties(ouro PROPERTIES
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}
    LINK_DEPENDS ${PROJECT_SOURCE_DIR}/src/ouro.map)
target_link_options(ouro PRIVATE
    -Wl,--version-script=${PROJECT_SOURCE_DIR}/src/ouro.map
    -Wl,-Bsymbolic-functions)
if(NOT OURO_SANITIZE)
    target_link_options(ouro PRIVATE -Wl,-z,defs)
endif()
