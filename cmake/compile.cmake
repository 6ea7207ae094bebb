# How everything here is compiled: ouro_compile(target) gives a target our dialect and warnings.

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_package(Threads REQUIRED)

set(ouro_warnings -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes
    -Wmissing-prototypes)
if(CMAKE_C_COMPILER_ID MATCHES "Clang")
    # Statement expressions and ", ## __VA_ARGS__" are the two GNU extensions that our macros use.
    list(APPEND ouro_warnings -Wno-gnu-statement-expression -Wno-gnu-zero-variadic-macro-arguments)
endif()
if(OURO_WERROR)
    list(APPEND ouro_warnings -Werror)
endif()

set(ouro_sanitizers)
if(OURO_SANITIZE)
    set(ouro_sanitizers -fsanitize=${OURO_SANITIZE} -fno-sanitize-recover=all)
endif()

# Everything, users' tests included, keeps the frame pointer: perf and gdb walk parked tasks by it.
function(ouro_compile target)
    target_compile_options(${target} PRIVATE
        $<$<COMPILE_LANGUAGE:C>:${ouro_warnings}>
        $<$<COMPILE_LANGUAGE:C>:${ouro_sanitizers}>
        -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE ${ouro_sanitizers})
endfunction()
