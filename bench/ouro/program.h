/* What the programs on Ouro share beside common/bench.h: running one coroutine and failing loudly.
 */
#ifndef OURO_BENCH_OURO_PROGRAM_H
#define OURO_BENCH_OURO_PROGRAM_H

#include "common/bench.h"

#include <ouro.h>

/* Ends the program unless `status` is a success. */
BENCH_UNUSED static inline int bench_succeed(int status, const char *what)
{
    if (status < 0) {
        bench_fail("%s: %s", what, ouro_strerror(status));
    }
    return status;
}

/* Runs the program's coroutine on a loop with default settings. */
BENCH_UNUSED static int bench_run(ouro_coroutine program)
{
    bench_succeed(ouro_run(program), "run");
    return 0;
}

#endif
