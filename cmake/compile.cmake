# How everything here is compiled: ouro_compile(target) gives a target our dialect and warnings.

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_package(Threads REQUIRED)

# Where the processor has no atomic operations on bytes (riscv64) older compilers call a library of
# their own for them.
include(CheckCSourceCompiles)
check_c_source_compiles("
    #include <stdatomic.h>
    static atomic_bool flag;
    int main(void) { return atomic_exchange(&flag, 1); }" OURO_HAVE_BYTE_ATOMICS)
set(ouro_libraries Threads::Threads)
set(ouro_private_libs -pthread)
if(NOT OURO_HAVE_BYTE_ATOMICS)
    list(APPEND ouro_libraries atomic)
    string(APPEND ouro_private_libs " -latomic")
endif()

# TLS is what OpenSSL 3 does. Without it the functions that make contexts say so.
set(ouro_requires_private)
set(ouro_tls OFF)
if(OURO_TLS)
    find_package(OpenSSL 3.0 QUIET COMPONENTS SSL Crypto)
    if(OpenSSL_FOUND)
        set(ouro_tls ON)
        list(APPEND ouro_libraries OpenSSL::SSL OpenSSL::Crypto)
        set(ouro_requires_private libssl)
    else()
        message(STATUS "TLS: left out, there is no OpenSSL 3 (tools/setup build)")
    endif()
endif()

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
if(OURO_FUZZ) # the library tells libFuzzer which code an input has reached
    list(APPEND ouro_sanitizers -fsanitize=fuzzer-no-link)
endif()

# Everything, users' tests included, keeps the frame pointer: perf and gdb walk parked tasks by it.
function(ouro_compile target)
    target_compile_options(${target} PRIVATE
        $<$<COMPILE_LANGUAGE:C>:${ouro_warnings}>
        $<$<COMPILE_LANGUAGE:C>:${ouro_sanitizers}>
        -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE ${ouro_sanitizers})
endfunction()
