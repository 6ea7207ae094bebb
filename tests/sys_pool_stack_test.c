/* The threads of a pool in a program with large thread-local variables, which lie on each stack. */
#include "harness/test.h"
#include "sys/pool.h"

#include <ouro.h>

#include <string.h>

static _Thread_local char large[1 << 20];

static struct pool small = POOL_INIT("ouro-small", 1, (size_t) 64 << 10);

static void run_large(struct pool_job *job)
{
    (void) job;
    memset(large, 1, sizeof large);
}

OURO_ASYNC(use_large)
{
    struct pool_call call = { .job.run = run_large };
    struct stat status;

    CHECK_INT(ouro__pool_call(&small, current_task(), &call, "test"), 0);
    CHECK(call.has_run);
    return ouro_os_stat("/", &status);
}

TEST_ALL_BACKENDS(large_variables_of_threads_have_room)
{
    large[0] = 2;
    CHECK_INT(ouro_run(use_large_coro()), 0);
    CHECK_INT(large[0], 2);
}
