/* Awaiting a coroutine object: a plain call of its function. */
#include "ouro/coroutine.h"

#include "ouro/error.h"

#include <errno.h>

int ouro_coroutine_await(const ouro_coroutine *coroutine)
{
    uint64_t arguments[OURO_COROUTINE_ARGUMENTS_SIZE / 8];

    if (coroutine == NULL || coroutine->function_ == NULL ||
        coroutine->size_ > OURO_COROUTINE_ARGUMENTS_SIZE)
        return ouro_error_set(
            -EINVAL, "await",
            "the coroutine object is empty: make it with name_coro() or ouro_coro()");
    if (coroutine->size_ == 0)
        return coroutine->function_(coroutine->argument_);
    memcpy(arguments, coroutine->arguments_, coroutine->size_);
    return coroutine->function_(arguments);
}
