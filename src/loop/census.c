/* The census of stacks. A loop that is made in debug mode fills its stacks with a pattern, which
 * shows how deeply each was used; the report helps to choose a stack size. */
#include "loop/census.h"

#include "base/log.h"
#include "loop/loop.h"

void ouro__census_count_stack(ouro_loop *loop, const struct stack *stack, const char *function_name,
                              const char *site)
{
    size_t depth = stack_high_water(&loop->stacks, stack);

    if (depth <= loop->census.depth)
        return;
    loop->census.depth = depth;
    loop->census.size = stack_size(stack);
    loop->census.function_name = function_name;
    loop->census.site = site;
}

void ouro__census_count(ouro_loop *loop, const struct task *task)
{
    ouro__census_count_stack(loop, task->stack, task->function_name, task->site);
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
