/* What the checking tools must be told about stacks and switches.
 *
 * AddressSanitizer keeps a fake stack per real stack and must know which one is current;
 * ThreadSanitizer keeps a shadow call stack per fiber; Valgrind guesses that a stack pointer which
 * jumps far has changed stacks, and guesses wrong unless stacks are registered. In a plain build
 * everything here is empty, except Valgrind's requests: they sit on slow paths only and cost a few
 * instructions that do nothing, so that a release build can be examined as it is.
 */
#ifndef OURO_CORO_SANITIZE_H
#define OURO_CORO_SANITIZE_H

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OURO_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define OURO_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(OURO_ASAN)
#define OURO_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__) && !defined(OURO_TSAN)
#define OURO_TSAN 1
#endif

#ifdef OURO_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#ifdef OURO_TSAN
#include <sanitizer/tsan_interface.h>
#endif

#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#define OURO_VALGRIND 1
#endif
#endif

/* Frames grow under the sanitizers, by redzones and by lost optimisation. */
#if defined(OURO_ASAN) || defined(OURO_TSAN)
#define OURO_STACK_SCALE 4
#else
#define OURO_STACK_SCALE 1
#endif

#ifdef OURO_VALGRIND
#define valgrind_stack_register(low, high) ((unsigned) VALGRIND_STACK_REGISTER((low), (high)))
#define valgrind_stack_deregister(id) VALGRIND_STACK_DEREGISTER(id)
#define valgrind_make_defined(low, size) ((void) VALGRIND_MAKE_MEM_DEFINED((low), (size)))
#define valgrind_is_running() (RUNNING_ON_VALGRIND != 0)
#else
#define valgrind_stack_register(low, high) ((void) (low), (void) (high), 0U)
#define valgrind_stack_deregister(id) ((void) (id))
#define valgrind_make_defined(low, size) ((void) (low), (void) (size))
#define valgrind_is_running() 0
#endif

#endif
