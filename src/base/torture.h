/* Faults on demand, in the torture build (OURO_TORTURE) only; elsewhere nothing of this is left.
 *
 * The environment of the process says which fault, and a count tells when it comes, once:
 *
 *     OURO_TORTURE_ALLOC=k     the k-th allocation fails, new stacks counted
 *     OURO_TORTURE_CANCEL=k    the task that suspends for the k-th time in all is cancelled first
 *     OURO_TORTURE_WAKE=k      the k-th task that was woken is cancelled before it runs
 *     OURO_TORTURE_SHUFFLE=n   what the kernel made ready in a turn runs in an order of seed n
 *     OURO_TORTURE_REPORT=path what there was to count is appended to this file at the end
 *
 * With OURO_TORTURE_SWEEP=variable the program runs once for each value of that variable from
 * OURO_TORTURE_FIRST to OURO_TORTURE_LAST in steps of OURO_TORTURE_STEP, each run in a process of
 * its own and for OURO_TORTURE_SECONDS at most; how they ended stands in the report.
 */
#ifndef OURO_BASE_TORTURE_H
#define OURO_BASE_TORTURE_H

#include "ouro/base.h"

#ifdef OURO_TORTURE

/* Begins to count anew, for a process that was forked for another test. */
void ouro__torture_begin(void);

/* True if the task that is about to suspend, or that was woken, is to be cancelled. */
bool ouro__torture_suspends(void);
bool ouro__torture_wakes(void);

/* Mixes what stands behind `last` in a list, where the seed says so. */
void ouro__torture_shuffle(ouro_link *list, ouro_link *last);

#else

static inline bool ouro__torture_suspends(void)
{
    return false;
}

static inline bool ouro__torture_wakes(void)
{
    return false;
}

static inline void ouro__torture_shuffle(ouro_link *list, ouro_link *last)
{
    (void) list;
    (void) last;
}

#endif

#endif
