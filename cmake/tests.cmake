# The tests, each registered with ctest under a label by which a lane picks its subset.
#
#   tests/*_test.c     programs of the harness, label: the folder of src/ they are about
#   oracle             tests/oracle/*.c, scenarios, compared with what CPython prints
#   fuzz_oracle        random programs on tests/fuzz_oracle/*.c, compared with asyncio
#   fuzz               tests/fuzz/*_fuzz.c, random input; see OURO_FUZZ
#   examples           examples/*.c, compared with their Python originals
#   source             what needs no compiled program: tidy, format, headers
#   FOLDER, script     tests/FOLDER/run, a script, and the programs tests/FOLDER/*.c

# Looked up when a test runs, not when the build is configured: it may be installed in between.
set(python env PYTHONDONTWRITEBYTECODE=1 python3)

# 77 is how a test says that it cannot run here; its output says why.
function(ouro_test name label timeout)
    add_test(NAME ${name} COMMAND ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    math(EXPR limit "${timeout} * ${OURO_TEST_PATIENCE}")
    set_tests_properties(${name} PROPERTIES
        LABELS "${label}" TIMEOUT ${limit} SKIP_RETURN_CODE 77
        ENVIRONMENT OURO_TEST_TIMEOUT_SCALE=${OURO_TEST_PATIENCE})
endfunction()

# The label of tests/NAME_test.c: the folder of src/ with a file or a name's prefix that fits.
function(ouro_test_label name ret_label)
    file(GLOB folders RELATIVE ${PROJECT_SOURCE_DIR}/src src/*)
    foreach(folder IN LISTS folders)
        if(name MATCHES "^${folder}(_|$)" OR EXISTS ${PROJECT_SOURCE_DIR}/src/${folder}/${name}.c
            OR EXISTS ${PROJECT_SOURCE_DIR}/src/${folder}/${name}.h)
            set(${ret_label} ${folder} PARENT_SCOPE)
            return()
        endif()
    endforeach()
    set(${ret_label} other PARENT_SCOPE)
endfunction()

function(ouro_test_program target source folder)
    add_executable(${target} ${source} ${ARGN})
    ouro_compile(${target})
    target_include_directories(${target} PRIVATE src tests)
    target_compile_definitions(${target} PRIVATE ${ouro_definitions})
    target_link_libraries(${target} PRIVATE ouro_static Threads::Threads m)
    if(ouro_tls AND name MATCHES "^tls") # which ask OpenSSL for more than the library does
        target_link_libraries(${target} PRIVATE OpenSSL::SSL OpenSSL::Crypto)
    endif()
    if(OURO_TORTURE) # also where nothing of the program asks for it
        target_link_options(${target} PRIVATE -Wl,-u,ouro__torture_begin)
    endif()
    set_target_properties(${target} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${folder})
endfunction()

set(launcher ${OURO_TEST_LAUNCHER})
if(CMAKE_CROSSCOMPILING AND NOT launcher)
    set(launcher ${CMAKE_CROSSCOMPILING_EMULATOR})
endif()

# Lanes that run only the tests in C build only these.
add_custom_target(test_programs)
file(GLOB harness CONFIGURE_DEPENDS tests/harness/*.c)
file(GLOB programs CONFIGURE_DEPENDS tests/*_test.c)
if(NOT ouro_tls)
    list(FILTER programs EXCLUDE REGEX "/tls_[^/]*$")
endif()
if(harness)
    add_library(test_harness OBJECT ${harness})
    ouro_compile(test_harness)
    target_include_directories(test_harness PRIVATE include src tests)
    target_compile_definitions(test_harness PRIVATE ${ouro_definitions})
endif()
foreach(source IN LISTS programs)
    get_filename_component(target ${source} NAME_WE)
    string(REGEX REPLACE "_test$" "" name ${target})
    ouro_test_label(${name} label)
    # tests/curl_*_test.c are about the bridge of that name.
    string(REGEX REPLACE "_.*" "" bridge ${name})
    if(bridge IN_LIST ouro_bridges_known)
        if(NOT bridge IN_LIST ouro_bridges)
            continue()
        endif()
        set(label bridge)
    endif()
    ouro_test_program(${target} ${source} tests $<TARGET_OBJECTS:test_harness>)
    if(label STREQUAL "bridge")
        target_link_libraries(${target} PRIVATE ouro_${bridge}_static)
    endif()
    add_dependencies(test_programs ${target})
    ouro_test(${name} ${label} 120 ${launcher} $<TARGET_FILE:${target}>)
endforeach()

# The programs that scripts run: tests/oracle/NAME.c, tests/gdb/NAME.c and so on.
file(GLOB sources CONFIGURE_DEPENDS tests/*/*.c)
list(FILTER sources EXCLUDE REGEX "/tests/(harness|fuzz|fuzz_oracle)/")
foreach(source IN LISTS sources)
    get_filename_component(name ${source} NAME_WE)
    get_filename_component(folder ${source} DIRECTORY)
    get_filename_component(folder ${folder} NAME)
    ouro_test_program(${folder}_${name} ${source} tests/${folder})
    set_target_properties(${folder}_${name} PROPERTIES OUTPUT_NAME ${name})
    # Hundreds of small programs: to optimise them is half of a build's time.
    target_compile_options(${folder}_${name} PRIVATE $<$<CONFIG:Debug>:-O0>)
endforeach()

# One program of several files, which runs the programs of the random tester.
file(GLOB sources CONFIGURE_DEPENDS tests/fuzz_oracle/*.c)
ouro_test_program(fuzz_oracle_interpreter "${sources}" tests/fuzz_oracle)
set_target_properties(fuzz_oracle_interpreter PROPERTIES OUTPUT_NAME interpreter)

# Targets of random input. With OURO_FUZZ they are libFuzzer's, a few seconds each; else they run on
# the inputs of their folders.
add_custom_target(fuzz_programs)
file(GLOB sources CONFIGURE_DEPENDS tests/fuzz/*_fuzz.c)
if(NOT ouro_tls)
    list(FILTER sources EXCLUDE REGEX "/tls_[^/]*$")
endif()
foreach(source IN LISTS sources)
    get_filename_component(target ${source} NAME_WE)
    string(REGEX REPLACE "_fuzz$" "" name ${target})
    set(inputs ${PROJECT_SOURCE_DIR}/tests/fuzz/${name})
    if(OURO_FUZZ)
        set(found ${PROJECT_BINARY_DIR}/inputs/${name}) # what is found goes there
        file(MAKE_DIRECTORY ${found})
        ouro_test_program(${target} ${source} tests/fuzz tests/fuzz/checks.c)
        target_link_options(${target} PRIVATE -fsanitize=fuzzer)
        ouro_test(fuzz_${name} fuzz 60 $<TARGET_FILE:${target}> -seed=1 -max_total_time=10
            -artifact_prefix=${PROJECT_BINARY_DIR}/${name}- ${found} ${inputs})
    else()
        ouro_test_program(${target} ${source} tests/fuzz tests/fuzz/checks.c tests/fuzz/replay.c)
        ouro_test(fuzz_${name} fuzz 60 ${launcher} $<TARGET_FILE:${target}> ${inputs})
        add_dependencies(test_programs ${target})
    endif()
    add_dependencies(fuzz_programs ${target})
endforeach()

# Compares the programs of a folder with what Python prints.
function(ouro_compare name script)
    if(NOT CMAKE_CROSSCOMPILING)
        ouro_test(${name} ${name} 300 ${python} ${script} --build-dir ${PROJECT_BINARY_DIR} ${ARGN})
    endif()
endfunction()
# With tiny bounds a file goes in many small pieces, and a cancel or an end meets it at another one.
if(OURO_TORTURE)
    set(scenarios_left_out --leave-out sock_sendfile_ends,transport_sendfile_ends)
endif()
# What CPython does is the same whatever the build: one kind of build asks it anew.
if(OURO_WERROR)
    ouro_compare(oracle tests/oracle/compare.py --recorded ${scenarios_left_out})
    ouro_compare(fuzz_oracle tests/fuzz_oracle/fuzz.py -n 1000)
else()
    ouro_compare(oracle tests/oracle/compare.py)
    ouro_compare(fuzz_oracle tests/fuzz_oracle/fuzz.py -n 5000)
endif()
if(OURO_BUILD_EXAMPLES)
    ouro_compare(examples tests/examples/compare.py)
endif()

if(CMAKE_CROSSCOMPILING)
    return()
endif()

ouro_test(tidy source 60 ${python} tools/tidy)
ouro_test(tidy_self source 60 ${python} tools/tidy --self-test)
ouro_test(format source 60 ${python} tools/format --check)
ouro_test(headers source 60 tools/headers ${CMAKE_C_COMPILER})

# Scripts, told by the environment what was built and how. They install the library, or build
# programs of their own, so that an instrumented build has nothing for them.
if(OURO_SANITIZE)
    return()
endif()
file(GLOB scripts CONFIGURE_DEPENDS tests/*/run)
foreach(script IN LISTS scripts)
    get_filename_component(name ${script} DIRECTORY)
    get_filename_component(name ${name} NAME)
    ouro_test(${name} "${name};script" 120 ${script})
    set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT
        OURO_BUILD_DIR=${PROJECT_BINARY_DIR} CMAKE=${CMAKE_COMMAND} CC=${CMAKE_C_COMPILER})
endforeach()
