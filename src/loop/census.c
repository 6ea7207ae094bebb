/* The census of stacks. A loop that is made in debug mode fills its stacks with a pattern, which
 * shows how deeply each was used; the report helps to choose a stack size. */
#include "loop/census.h"

#include "base/log.h"
#include "loop/loop.h"

void ouro__census_count(ouro_loop *loop, const struct task *task)
{
    size_t depth = stack_high_water(&loop->stacks, task->stack);

    if (depth <= loop->census.depth)
        return;
    loop->census.depth = depth;
    loop->census.size = stack_size(task->stack);
    loop->census.function_name = task->function_name;
    loop->census.site = task->site;
}

void ouro__census_report(const ouro_loop *loop)
{
    if (loop->census.depth == 0)
        return;
    ouro__log(LOG_INFO, "deepest stack: %zu of %zu bytes, by a task running %s created at %s",
              loop->census.depth, loop->census.size,
              loop->census.function_name != NULL ? loop->census.function_name : "a plain function",
              loop->census.site != NULL ? loop->census.site : "an unknown place");
}
