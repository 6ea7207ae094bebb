/* Two strengths of assertion.
 *
 * `ouro_assert` stays in release builds: cheap invariants whose breach means that the library would
 * go on with wrong memory. `ouro_check` exists in debug builds only: costly or hot checks.
 */
#ifndef OURO_BASE_ASSERT_H
#define OURO_BASE_ASSERT_H

/* Prints the failed condition with its place and aborts. */
__attribute__((noreturn, cold)) void ouro__assert_failed(const char *condition, const char *file,
                                                         int line);

#define ouro_assert(condition)                                                                     \
    (__builtin_expect(!!(condition), 1) ? (void) 0                                                 \
                                        : ouro__assert_failed(#condition, __FILE__, __LINE__))

#ifdef NDEBUG
#define ouro_check(condition) ((void) sizeof(!!(condition)))
#else
#define ouro_check(condition) ouro_assert(condition)
#endif

#endif
