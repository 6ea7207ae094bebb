/* S30: a task of an empty coroutine.
 *
 * It prints nothing; awaiting it gives None, which is status 0 in C.
 *
 * The Python original stands beside it: s30_empty_task.py. Build and run:
 *     cc s30_empty_task.c -o s30 $(pkg-config --cflags --libs ouro) && ./s30
 */
#include <ouro.h>

#include <assert.h>

OURO_ASYNC(nothing)
{
    return 0;
}

OURO_ASYNC(app)
{
    ouro_task *task = ouro_create_task(nothing_coro());
    int result = ouro_await(task);
    ouro_task_unref(task);
    assert(result == 0);
    return result;
}

OURO_MAIN(app)
